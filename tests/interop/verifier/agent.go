package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// serveAgent answers at a socket with one fresh Ed25519 key and prints its fingerprint.
func serveAgent(socket string) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		fail("key: %v", err)
	}
	keys := agent.NewKeyring()
	if err := keys.Add(agent.AddedKey{PrivateKey: private}); err != nil {
		fail("agent: %v", err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		fail("agent: %v", err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go agent.ServeAgent(keys, connection)
		}
	}()
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		fail("agent: %v", err)
	}
	fmt.Println(ssh.FingerprintSHA256(key))
	io.Copy(io.Discard, os.Stdin)
	os.Remove(socket)
}
