// Reads a log's tiles and checkpoint as golang.org/x/mod/sumdb/{note,tlog} understand them, and checks all of it:
//
//	tlog SOURCE QUORUM ORIGIN VKEY... < proofs.json
//
// SOURCE is a folder or an http URL with `checkpoint` and `tile/`. Prints one JSON object of what it checked; ends with 1
// at the first thing that does not hold. Nothing of Chancery's own code is in here.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// cosigner verifies cosignature/v1 lines: C2SP tlog-cosignature.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }

func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(c.key, append([]byte(head), msg...), sig[8:])
}

// parseKey reads NAME+HASH+BASE64; note.NewVerifier knows plain Ed25519 only.
func parseKey(text string) (cosigner, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return cosigner{}, errors.New("malformed verifier key " + text)
	}
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return cosigner{}, err
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return cosigner{}, errors.New("no cosigning key: " + text)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if binary.BigEndian.Uint32(sum[:4]) != uint32(hash) {
		return cosigner{}, errors.New("the key hash does not fit: " + text)
	}
	return cosigner{parts[0], uint32(hash), key[1:]}, nil
}

func parseCheckpoint(text, origin string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("a checkpoint of %d lines", len(lines)-1)
	}
	if lines[0] != origin {
		return tlog.Tree{}, fmt.Errorf("the origin is %q", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, fmt.Errorf("the size is %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// source reads documents from a folder or a node.
type source string

func (s source) get(path string) ([]byte, error) {
	if !strings.HasPrefix(string(s), "http") {
		return os.ReadFile(filepath.Join(string(s), filepath.FromSlash(path)))
	}
	answer, err := http.Get(string(s) + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return nil, fmt.Errorf("%s: status %d", path, answer.StatusCode)
	}
	return io.ReadAll(answer.Body)
}

// path maps x/mod's tile/H/L/… to tlog-tiles' tile/L/….
func path(t tlog.Tile) string {
	rest := strings.TrimPrefix(t.Path(), "tile/8/")
	return "tile/" + strings.Replace(rest, "data/", "entries/", 1)
}

type tiles struct {
	source source
	read   int
}

func (t *tiles) Height() int { return 8 }

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := t.source.get(path(tile))
		if err != nil {
			return nil, err
		}
		t.read++
		all = append(all, data)
	}
	return all, nil
}

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func leaves(bundle []byte) ([][]byte, error) {
	var all [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 {
			return nil, errors.New("the bundle ends within a length")
		}
		n := int(binary.BigEndian.Uint16(bundle))
		if len(bundle) < 2+n {
			return nil, errors.New("the bundle ends within a leaf")
		}
		all = append(all, bundle[2:2+n])
		bundle = bundle[2+n:]
	}
	return all, nil
}

type inclusion struct {
	Index    int64       `json:"index"`
	TreeSize int64       `json:"treeSize"`
	Hashes   []tlog.Hash `json:"hashes"`
}

type consistency struct {
	FirstSize  int64       `json:"firstSize"`
	SecondSize int64       `json:"secondSize"`
	FirstRoot  tlog.Hash   `json:"firstRoot"`
	Hashes     []tlog.Hash `json:"hashes"`
}

type proofs struct {
	Inclusion   []inclusion   `json:"inclusion"`
	Consistency []consistency `json:"consistency"`
}

func equal(a, b []tlog.Hash) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func check(args []string) (map[string]int64, error) {
	if len(args) < 4 {
		return nil, errors.New("usage: tlog SOURCE QUORUM ORIGIN VKEY... < proofs.json")
	}
	from := source(strings.TrimSuffix(args[0], "/"))
	quorum, err := strconv.Atoi(args[1])
	if err != nil {
		return nil, err
	}
	var verifiers []note.Verifier
	for _, text := range args[3:] {
		key, err := parseKey(text)
		if err != nil {
			return nil, err
		}
		verifiers = append(verifiers, key)
	}
	text, err := from.get("checkpoint")
	if err != nil {
		return nil, err
	}
	opened, err := note.Open(text, note.VerifierList(verifiers...))
	if err != nil {
		return nil, err
	}
	if len(opened.Sigs) < quorum {
		return nil, fmt.Errorf("%d cosignatures instead of %d", len(opened.Sigs), quorum)
	}
	tree, err := parseCheckpoint(opened.Text, args[2])
	if err != nil {
		return nil, err
	}
	reader := &tiles{source: from}
	hashes := tlog.TileHashReader(tree, reader)
	if err := checkLeaves(tree, from, hashes); err != nil {
		return nil, err
	}
	var shown proofs
	given, err := io.ReadAll(os.Stdin)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(given, &shown); err != nil {
		return nil, err
	}
	if err := checkProofs(tree, hashes, shown); err != nil {
		return nil, err
	}
	return map[string]int64{
		"size": tree.N, "cosignatures": int64(len(opened.Sigs)), "tiles": int64(reader.read),
		"inclusion": int64(len(shown.Inclusion)), "consistency": int64(len(shown.Consistency)),
	}, nil
}

// checkLeaves reads every entry bundle and compares each leaf's hash with the authenticated tree's.
func checkLeaves(tree tlog.Tree, from source, hashes tlog.HashReader) error {
	for first := int64(0); first < tree.N; first += 256 {
		width := tree.N - first
		if width > 256 {
			width = 256
		}
		bundle, err := from.get(path(tlog.Tile{H: 8, L: -1, N: first / 256, W: int(width)}))
		if err != nil {
			return err
		}
		all, err := leaves(bundle)
		if err != nil {
			return err
		}
		if int64(len(all)) != width {
			return fmt.Errorf("bundle %d has %d leaves", first/256, len(all))
		}
		indexes := make([]int64, width)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		stored, err := hashes.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, leaf := range all {
			if tlog.RecordHash(leaf) != stored[i] {
				return fmt.Errorf("leaf %d has another hash in the tree", first+int64(i))
			}
		}
	}
	return nil
}

func checkProofs(tree tlog.Tree, hashes tlog.HashReader, shown proofs) error {
	for _, p := range shown.Inclusion {
		root, err := tlog.TreeHash(p.TreeSize, hashes)
		if err != nil {
			return err
		}
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, p.Index)})
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(p.Hashes, p.TreeSize, root, p.Index, leaf[0]); err != nil {
			return fmt.Errorf("inclusion of %d in %d: %w", p.Index, p.TreeSize, err)
		}
		own, err := tlog.ProveRecord(p.TreeSize, p.Index, hashes)
		if err != nil {
			return err
		}
		if !equal(own, p.Hashes) {
			return fmt.Errorf("inclusion of %d in %d: another proof than x/mod's", p.Index, p.TreeSize)
		}
	}
	for _, p := range shown.Consistency {
		root, err := tlog.TreeHash(p.SecondSize, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(p.Hashes, p.SecondSize, root, p.FirstSize, p.FirstRoot); err != nil {
			return fmt.Errorf("consistency of %d and %d: %w", p.FirstSize, p.SecondSize, err)
		}
		own, err := tlog.ProveTree(p.SecondSize, p.FirstSize, hashes)
		if err != nil {
			return err
		}
		if !equal(own, p.Hashes) {
			return fmt.Errorf("consistency of %d and %d: another proof than x/mod's", p.FirstSize, p.SecondSize)
		}
	}
	return nil
}

func main() {
	summary, err := check(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "tlog:", err)
		os.Exit(1)
	}
	var line bytes.Buffer
	json.NewEncoder(&line).Encode(summary)
	fmt.Print(line.String())
}
