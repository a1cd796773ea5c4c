// Command verifier holds jiuzhu's published logs against other people's code, unmodified: golang.org/x/mod's note and
// tlog, transparency-dev's merkle and formats, and tessera's entry bundles. It shares no line with jiuzhu.
//
//	verifier verify < cases.json   every case's folder and proofs; prints what was found, exits 1 at any objection
//	verifier vectors               frozen answers made with x/mod tlog, for whoever has no Go
//	verifier agent SOCKET          an ssh-agent with one fresh key, until standard input ends: what litewitness signs with
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fail("usage: verifier verify | vectors | agent SOCKET")
	}
	switch os.Args[1] {
	case "verify":
		var cases []logCase
		if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
			fail("cases: %v", err)
		}
		found, ok := make([]finding, len(cases)), true
		for i, one := range cases {
			found[i] = check(one)
			ok = ok && found[i].Error == ""
		}
		print(found)
		if !ok {
			os.Exit(1)
		}
	case "vectors":
		print(vectors())
	case "agent":
		serveAgent(os.Args[2])
	default:
		fail("unknown command %q", os.Args[1])
	}
}

func print(what any) {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(what); err != nil {
		fail("output: %v", err)
	}
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(2)
}
