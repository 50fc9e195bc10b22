package main

import (
	"bufio"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pin lets a process with all its threads run on one core only, where the machine has two and taskset, and says so.
func pin(b *testing.B, pid int, core string) bool {
	b.Helper()
	if runtime.NumCPU() < 2 {
		return false
	}
	message, err := exec.CommandContext(b.Context(), "taskset", "-a", "-c", "-p", core, strconv.Itoa(pid)).CombinedOutput() //nolint:gosec // of this test
	if err != nil {
		b.Logf("not pinned: %v %s", err, message)
	}
	return err == nil
}

// cpuOf is what a process has used so far (proc_pid_stat(5): utime and stime, in hundredths of a second).
func cpuOf(b *testing.B, pid int) time.Duration {
	b.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(b, err)
	_, rest, _ := strings.Cut(string(raw), ") ")
	fields := strings.Fields(rest)
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		require.NoError(b, err)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// memoryOf is the resident memory of a process in MB.
func memoryOf(b *testing.B, pid int) float64 {
	b.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(b, err)
	_, rest, _ := strings.Cut(string(raw), "VmRSS:")
	kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	require.NoError(b, err)
	return kb / 1024
}

// verification is the unit: the CPU that one check of a signature with a 2048-bit RSA key takes now on this machine,
// whose speed drifts.
type verification struct {
	key       *rsa.PrivateKey
	sum       [sha256.Size]byte
	signature []byte
}

func newVerification(b *testing.B) *verification {
	b.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(b, err)
	v := &verification{key: key, sum: sha256.Sum256([]byte("okrbot"))}
	v.signature, err = rsa.SignPKCS1v15(nil, key, crypto.SHA256, v.sum[:])
	require.NoError(b, err)
	return v
}

func (v *verification) measure(b *testing.B) time.Duration {
	b.Helper()
	const n = 2000
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := cpuOfThread(b)
	for range n {
		require.NoError(b, rsa.VerifyPKCS1v15(&v.key.PublicKey, crypto.SHA256, v.sum[:], v.signature))
	}
	return (cpuOfThread(b) - before) / n
}

func cpuOfThread(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_THREAD, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// load sends turns over a few connections for a time. It writes the requests' bytes itself, so that the driver needs
// little of the core that it shares with Redis and the connector.
type load struct {
	address string                   // host and port
	turn    func(n int64) (s string) // the request as it is on the wire
	next    *atomic.Int64
}

// run gives how long each turn took, in order, and the whole.
func (l load) run(b *testing.B, connections int, lasts time.Duration) (took []time.Duration, whole time.Duration) {
	b.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := time.Now()
	for range connections {
		wg.Go(func() {
			own, err := l.connection(b, start.Add(lasts))
			mu.Lock()
			defer mu.Unlock()
			if took = append(took, own...); err != nil {
				b.Errorf("turn: %v", err)
			}
		})
	}
	wg.Wait()
	whole = time.Since(start)
	slices.Sort(took)
	return took, whole
}

func (l load) connection(b *testing.B, until time.Time) (took []time.Duration, err error) {
	b.Helper()
	conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", l.address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	answers := bufio.NewReader(conn)
	for {
		start := time.Now()
		if start.After(until) {
			return took, nil
		}
		if err := exchange(conn, answers, l.turn(l.next.Add(1))); err != nil {
			return took, err
		}
		took = append(took, time.Since(start))
	}
}

func exchange(conn io.Writer, answers *bufio.Reader, request string) error {
	if _, err := io.WriteString(conn, request); err != nil {
		return err
	}
	resp, err := http.ReadResponse(answers, nil)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}
