package main

import (
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest/script"
	"okrbot/manifest"
)

// proxy is nginx with docs/operations/nginx.conf. Its DNS knows two replicas, at
// 127.0.0.1 and 127.0.0.2.
type proxy struct {
	address  string // https://…
	client   *http.Client
	port     string // of the replicas
	replicas [2]*replica
	known    atomic.Int32 // how many of them DNS knows, the last ones
}

// replica is who stands where an okrbot would.
type replica struct {
	got      atomic.Int32
	answer   atomic.Pointer[http.HandlerFunc]
	listener net.Listener
}

func (r *replica) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.got.Add(1)
	(*r.answer.Load())(w, req)
}

func (r *replica) does(f http.HandlerFunc) { r.answer.Store(&f) }

func nginxPath(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("nginx"); err == nil {
		return path
	}
	const debian = "/usr/sbin/nginx" // in no user's PATH
	_, err := os.Stat(debian)
	require.NoError(t, err, "this test needs nginx: install the package nginx")
	return debian
}

func startProxy(t *testing.T) *proxy {
	t.Helper()
	p := &proxy{}
	p.known.Store(2)
	p.startReplicas(t)
	tls := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	t.Cleanup(tls.Close)
	p.client = tls.Client()
	p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	dir := t.TempDir()
	key, err := x509.MarshalPKCS8PrivateKey(tls.TLS.Certificates[0].PrivateKey)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "fullchain.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tls.Certificate().Raw}), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "privkey.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))
	address := freeAddress(t)
	p.address = "https://" + address
	config := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(config, []byte(p.config(t, dir, address)), 0o600))
	p.run(t, "-p", dir, "-c", config, "-e", filepath.Join(dir, "error.log"), "-g", "daemon off; master_process off; pid "+dir+"/nginx.pid;")
	return p
}

// config is the file of docs/operations on the ports of a test, and with shorter
// times.
func (p *proxy) config(t *testing.T, dir, address string) string {
	t.Helper()
	temp := "http {"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temp += "\n  " + kind + "_temp_path " + dir + "/" + kind + ";"
	}
	config := operations(t, "nginx.conf")
	for _, change := range [][2]string{
		{"http {", temp},
		{"127.0.0.11 valid=5s", p.startDNS(t) + " valid=1s"},
		{"listen 443 ssl", "listen " + address + " ssl"},
		{"/etc/nginx/certs", dir},
		{"okrbot:3978", "okrbot:" + p.port},
		{"proxy_read_timeout 60s", "proxy_read_timeout 10s"},
	} {
		require.Contains(t, config, change[0])
		config = strings.ReplaceAll(config, change[0], change[1])
	}
	return config
}

func (p *proxy) run(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), nginxPath(t), args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out := &script.Log{}
	cmd.Stdout, cmd.Stderr = out, out
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	eventually(t, "nginx answers", func() bool {
		resp, err := p.client.Get(p.address + "/")
		if err == nil {
			_ = resp.Body.Close()
		}
		return err == nil
	})
}

// startReplicas starts both on one port of their own addresses.
func (p *proxy) startReplicas(t *testing.T) {
	t.Helper()
	first := listen(t)
	_, p.port, _ = net.SplitHostPort(first.Addr().String())
	second, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.2:"+p.port)
	require.NoError(t, err)
	for i, l := range []net.Listener{first, second} {
		r := &replica{listener: l}
		r.does(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine") })
		server := &http.Server{Handler: r}
		go func() { _ = server.Serve(l) }()
		t.Cleanup(func() { _ = server.Close() })
		p.replicas[i] = r
	}
}

// startDNS answers every question with the addresses of the replicas that are
// known (RFC 1035, section 4.1).
func (p *proxy) startDNS(t *testing.T) string {
	t.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		for packet := make([]byte, 512); ; {
			n, from, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			known := byte(p.known.Load())
			answer := slices.Concat(packet[:2], []byte{0x81, 0x80, 0, 1, 0, known, 0, 0, 0, 0}, packet[12:n])
			for i := 3 - known; i <= 2; i++ {
				answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, i)
			}
			_, _ = conn.WriteTo(answer, from)
		}
	}()
	return conn.LocalAddr().String()
}

// post sends a delivery, and says who got it.
func (p *proxy) post(t *testing.T) (status int, got [2]int32) {
	t.Helper()
	before := [2]int32{p.replicas[0].got.Load(), p.replicas[1].got.Load()}
	resp, err := p.client.Post(p.address+"/api/messages", "application/json", strings.NewReader(`{"type":"message"}`))
	require.NoError(t, err)
	_, _ = io.Copy(io.Discard, resp.Body)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode, [2]int32{p.replicas[0].got.Load() - before[0], p.replicas[1].got.Load() - before[1]}
}

// deliveries is more than nginx needs to ask each replica first.
const deliveries = 12

// A delivery that a replica has begun goes to no other one, however it ends: the
// other one would answer that it was handled.
func TestProxySendsADeliveryOnce(t *testing.T) {
	t.Parallel()
	p := startProxy(t)
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	for name, does := range map[string]http.HandlerFunc{
		"dies":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"hangs": func(http.ResponseWriter, *http.Request) { <-hang },
		"500":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
	} {
		p.replicas[0].does(does)
		begun := 0
		for range deliveries {
			status, got := p.post(t)
			require.EqualValues(t, 1, got[0]+got[1], name)
			require.Equal(t, got[1] == 1, status == http.StatusOK, name)
			begun += int(got[0])
			if begun > 1 {
				break
			}
		}
		require.Positive(t, begun, name)
	}
}

// What was not begun goes to the other replica: of one that is about to stop, and of
// one that is gone.
func TestProxyGoesToTheOtherReplica(t *testing.T) {
	t.Parallel()
	p := startProxy(t)
	p.replicas[0].does(func(w http.ResponseWriter, _ *http.Request) {
		_ = p.replicas[0].listener.Close() // it stops: no more connections
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	for range deliveries {
		status, got := p.post(t)
		require.EqualValues(t, 1, got[1])
		require.Equal(t, http.StatusOK, status)
	}
}

// A replica that was made anew is found at its new address.
func TestProxyLooksReplicasUpAnew(t *testing.T) {
	t.Parallel()
	p := startProxy(t)
	p.known.Store(1)
	eventually(t, "only the one that is known is asked", func() bool {
		for range deliveries {
			if _, got := p.post(t); got[0] > 0 {
				return false
			}
		}
		return true
	})
}

// Only what Teams and browsers need leads to okrbot.
func TestProxyKeepsTheRestInside(t *testing.T) {
	t.Parallel()
	p := startProxy(t)
	paths := map[string]int{
		"/healthz": 200, "/auth/start?t=x": 200, "/auth/callback?state=x": 200, "/connect/application?t=x": 200, "/connect/application/x": 404, "/connect/": 404, "/o/kr4": 200, "/o/": 404, "/o/kr4/x": 404,
		"/metrics": 404, "/readyz": 404, "/x": 404, "/healthz/x": 404, "/privacy/x": 404, "/auth/": 404, "/api/messages/x": 404,
	}
	for path := range manifest.Pages() {
		paths[path] = 200
	}
	before, passed := p.replicas[0].got.Load()+p.replicas[1].got.Load(), int32(0)
	for path, status := range paths {
		if status == http.StatusOK {
			passed++
		}
		resp, err := p.client.Get(p.address + path)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, status, resp.StatusCode, path)
	}
	require.Equal(t, passed, p.replicas[0].got.Load()+p.replicas[1].got.Load()-before)
}
