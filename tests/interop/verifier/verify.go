package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/transparency-dev/formats/log"
	cosignature "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A logCase is one published folder, and the proofs jiuzhu made of it.
type logCase struct {
	Folder    string      `json:"folder"`
	VKey      string      `json:"vkey"`
	Witnesses []string    `json:"witnesses"`
	Size      int64       `json:"size"`
	Leaves    []leafProof `json:"leaves"`
	Begins    []treeProof `json:"beginnings"`
}

type leafProof struct {
	Index int64    `json:"index"`
	Leaf  []byte   `json:"leaf"`
	Proof [][]byte `json:"proof"`
}

type treeProof struct {
	Size  int64    `json:"size"`
	Root  []byte   `json:"root"`
	Proof [][]byte `json:"proof"`
}

type finding struct {
	Folder     string `json:"folder"`
	Size       int64  `json:"size"`
	Signatures int    `json:"signatures"`
	Leaves     int    `json:"leaves"`
	Begins     int    `json:"beginnings"`
	Error      string `json:"error"`
}

func check(one logCase) finding {
	found := finding{Folder: one.Folder}
	if err := found.all(one); err != nil {
		found.Error = err.Error()
	}
	return found
}

func (f *finding) all(one logCase) error {
	tree, err := f.checkpoint(one)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, tiles{one.Folder, tree.N})
	if root, err := tlog.TreeHash(tree.N, reader); err != nil || root != tree.Hash {
		return fmt.Errorf("x/mod tlog: the tiles give the root %v, the checkpoint says %v: %v", root, tree.Hash, err)
	}
	for _, leaf := range one.Leaves {
		if err := leafHolds(one, tree, reader, leaf); err != nil {
			return fmt.Errorf("leaf %d: %w", leaf.Index, err)
		}
		f.Leaves++
	}
	for _, beginning := range one.Begins {
		if err := beginningHolds(tree, reader, beginning); err != nil {
			return fmt.Errorf("beginning %d: %w", beginning.Size, err)
		}
		f.Begins++
	}
	return nil
}

// checkpoint opens the note with x/mod and again with transparency-dev's formats; both must say the same.
func (f *finding) checkpoint(one logCase) (tlog.Tree, error) {
	raw, err := os.ReadFile(filepath.Join(one.Folder, "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	key, err := note.NewVerifier(one.VKey)
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("x/mod note: %w", err)
	}
	var others []note.Verifier
	for _, vkey := range one.Witnesses {
		other, err := cosignature.NewVerifierForCosignatureV1(vkey)
		if err != nil {
			return tlog.Tree{}, fmt.Errorf("formats: %w", err)
		}
		others = append(others, other)
	}
	opened, err := note.Open(raw, note.VerifierList(append(others, key)...))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("x/mod note: %w", err)
	}
	if f.Signatures = len(opened.Sigs); f.Signatures != 1+len(others) || len(opened.UnverifiedSigs) != 0 {
		return tlog.Tree{}, fmt.Errorf("x/mod note: %d signatures, not %d", f.Signatures, 1+len(others))
	}
	parsed, rest, _, err := log.ParseCheckpoint(raw, key.Name(), key, others...)
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("formats: %w", err)
	}
	if f.Size = int64(parsed.Size); f.Size != one.Size || len(rest) != 0 || len(parsed.Hash) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("formats: a checkpoint of %d leaves and %q", parsed.Size, rest)
	}
	return tlog.Tree{N: f.Size, Hash: tlog.Hash(parsed.Hash)}, nil
}

func leafHolds(one logCase, tree tlog.Tree, reader tlog.HashReader, leaf leafProof) error {
	hash := tlog.RecordHash(leaf.Leaf)
	if !bytes.Equal(hash[:], rfc6962.DefaultHasher.HashLeaf(leaf.Leaf)) {
		return fmt.Errorf("two leaf hashes")
	}
	if err := tlog.CheckRecord(hashes(leaf.Proof), tree.N, tree.Hash, leaf.Index, hash); err != nil {
		return fmt.Errorf("x/mod tlog: %w", err)
	}
	theirs, err := tlog.ProveRecord(tree.N, leaf.Index, reader)
	if err != nil || !same(theirs, leaf.Proof) {
		return fmt.Errorf("x/mod tlog proves it otherwise: %v", err)
	}
	err = proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(leaf.Index), uint64(tree.N), hash[:], leaf.Proof, tree.Hash[:])
	if err != nil {
		return fmt.Errorf("merkle: %w", err)
	}
	number := uint64(leaf.Index) / layout.EntryBundleWidth
	data, err := read(one.Folder, layout.EntriesPath(number, layout.PartialTileSize(0, number, uint64(tree.N))))
	if err != nil {
		return err
	}
	var bundle api.EntryBundle
	if err := bundle.UnmarshalText(data); err != nil {
		return fmt.Errorf("tessera: %w", err)
	}
	if !bytes.Equal(bundle.Entries[leaf.Index%layout.EntryBundleWidth], leaf.Leaf) {
		return fmt.Errorf("tessera: the bundle has another entry")
	}
	return nil
}

func beginningHolds(tree tlog.Tree, reader tlog.HashReader, old treeProof) error {
	err := proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(old.Size), uint64(tree.N), old.Proof, old.Root, tree.Hash[:])
	if err != nil {
		return fmt.Errorf("merkle: %w", err)
	}
	if old.Size == 0 { // x/mod has no proofs from an empty tree
		if !bytes.Equal(old.Root, rfc6962.DefaultHasher.EmptyRoot()) {
			return fmt.Errorf("merkle: another empty root")
		}
		return nil
	}
	if err := tlog.CheckTree(hashes(old.Proof), tree.N, tree.Hash, old.Size, tlog.Hash(old.Root)); err != nil {
		return fmt.Errorf("x/mod tlog: %w", err)
	}
	theirs, err := tlog.ProveTree(tree.N, old.Size, reader)
	if err != nil || !same(theirs, old.Proof) {
		return fmt.Errorf("x/mod tlog proves it otherwise: %v", err)
	}
	return nil
}

func hashes(raw [][]byte) []tlog.Hash {
	found := make([]tlog.Hash, len(raw))
	for i, one := range raw {
		copy(found[i][:], one)
	}
	return found
}

func same(theirs []tlog.Hash, ours [][]byte) bool {
	if len(theirs) != len(ours) {
		return false
	}
	for i, one := range theirs {
		if !bytes.Equal(one[:], ours[i]) {
			return false
		}
	}
	return true
}

// tiles reads a folder for x/mod, whose names carry the height: tile/8/0/000 is C2SP's tile/0/000.
type tiles struct {
	folder string
	size   int64
}

func (tiles) Height() int { return 8 }

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for i, one := range wanted {
		data, err := read(t.folder, "tile/"+strings.TrimPrefix(one.Path(), "tile/8/"))
		if err != nil {
			return nil, err
		}
		if len(data) > one.W*tlog.HashSize {
			data = data[:one.W*tlog.HashSize]
		}
		found[i] = data
	}
	return found, nil
}

// read takes the partial file, or the full one where the partial is gone (C2SP tlog-tiles allows that).
func read(folder, path string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(folder, path))
	if full, _, partial := strings.Cut(path, ".p/"); partial && os.IsNotExist(err) {
		return os.ReadFile(filepath.Join(folder, full))
	}
	return data, err
}
