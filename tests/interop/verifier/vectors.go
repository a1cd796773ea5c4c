package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"

	cosignature "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var sizes = []int64{0, 1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 1_000_000}

type vector struct {
	Size      int64       `json:"size"`
	Root      tlog.Hash   `json:"root"`
	Inclusion []inclusion `json:"inclusion"`
	Begins    []beginning `json:"consistency"`
}

type inclusion struct {
	Index int64            `json:"index"`
	Proof tlog.RecordProof `json:"proof"`
}

type beginning struct {
	Old   int64          `json:"old"`
	Proof tlog.TreeProof `json:"proof"`
}

type signedNote struct {
	VKey     string `json:"vkey"`
	Document string `json:"document"`
}

type frozen struct {
	MadeWith string       `json:"made_with"`
	Leaf     string       `json:"leaf"`
	Trees    []vector     `json:"trees"`
	Notes    []signedNote `json:"notes"`
}

// stored keeps every hash of the tree in x/mod's own order.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		found[i] = s[at]
	}
	return found, nil
}

func vectors() frozen {
	var all stored
	made := frozen{MadeWith: "golang.org/x/mod v0.43.0 sumdb/tlog and sumdb/note, transparency-dev/formats v0.1.1",
		Leaf: "leaf i is the text `jiuzhu interop leaf <i>` in ASCII, i in decimal, from 0"}
	next := int64(0)
	for _, size := range sizes {
		for ; next < size; next++ {
			more, err := tlog.StoredHashes(next, fmt.Appendf(nil, "jiuzhu interop leaf %d", next), all)
			if err != nil {
				fail("x/mod tlog: %v", err)
			}
			all = append(all, more...)
		}
		made.Trees = append(made.Trees, tree(size, all))
	}
	made.Notes = notes(made.Trees[2])
	return made
}

func tree(size int64, all stored) vector {
	root, err := tlog.TreeHash(size, all)
	if err != nil {
		fail("x/mod tlog: %v", err)
	}
	one := vector{Size: size, Root: root, Inclusion: []inclusion{}, Begins: []beginning{}}
	seen := map[int64]bool{}
	for _, index := range []int64{0, size / 2, size - 1} {
		if index < 0 || index >= size || seen[index] {
			continue
		}
		seen[index] = true
		proof, err := tlog.ProveRecord(size, index, all)
		if err != nil {
			fail("x/mod tlog: %v", err)
		}
		one.Inclusion = append(one.Inclusion, inclusion{index, proof})
	}
	for _, old := range sizes {
		if old < 1 || old >= size {
			continue
		}
		proof, err := tlog.ProveTree(size, old, all)
		if err != nil {
			fail("x/mod tlog: %v", err)
		}
		one.Begins = append(one.Begins, beginning{old, proof})
	}
	return one
}

// notes: a checkpoint signed with x/mod, and the same cosigned with transparency-dev's formats.
func notes(of vector) []signedNote {
	skey, vkey, err := note.GenerateKey(rand.Reader, "vectors.example/log/0")
	if err != nil {
		fail("x/mod note: %v", err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		fail("x/mod note: %v", err)
	}
	wkey, wvkey, err := note.GenerateKey(rand.Reader, "witness.example")
	if err != nil {
		fail("x/mod note: %v", err)
	}
	witness, err := cosignature.NewSignerForCosignatureV1(wkey)
	if err != nil {
		fail("formats: %v", err)
	}
	cosigner, err := cosignature.VKeyToCosignatureV1(wvkey)
	if err != nil {
		fail("formats: %v", err)
	}
	text := fmt.Sprintf("vectors.example/log/0\n%d\n%s\n", of.Size, base64.StdEncoding.EncodeToString(of.Root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, signer, witness)
	if err != nil {
		fail("x/mod note: %v", err)
	}
	return []signedNote{{vkey, string(signed)}, {cosigner, string(signed)}}
}
