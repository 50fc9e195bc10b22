package files

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"okrbot/bot/teams"
)

// MaxBytes is how large a file may be that the bot reads or saves.
const MaxBytes = 100 << 20

// Options configure a Client.
type Options struct {
	// Hosts are where files may be, see [NewHosts].
	Hosts []string
	// Timeout bounds a whole download, and each request of an upload. Zero: 2 minutes.
	Timeout time.Duration
	// Max is the size of the largest file, in bytes. Zero: [MaxBytes].
	Max int64
	// Piece is the size of the pieces of an upload, in bytes, a multiple of 320 KiB and
	// at most 60 MiB. Zero: 5 MiB.
	Piece int64
	// Backoff is the wait before a piece is tried again; it doubles. Zero: 1 second.
	Backoff time.Duration
}

// Client speaks to the hosts of Teams' files. It is safe for concurrent use.
type Client struct {
	hosts   Hosts
	options Options
	http    *http.Client
}

// NewClient makes a client. It fails on a wrong list of hosts.
func NewClient(o Options) (*Client, error) {
	hosts, err := NewHosts(o.Hosts)
	if err != nil {
		return nil, err
	}
	o.Timeout = cmp.Or(o.Timeout, 2*time.Minute)
	o.Max, o.Piece, o.Backoff = cmp.Or(o.Max, MaxBytes), cmp.Or(o.Piece, 5<<20), cmp.Or(o.Backoff, time.Second)
	return &Client{hosts: hosts, options: o, http: &http.Client{Transport: newTransport(), CheckRedirect: sameHost}}, nil
}

// sameHost follows a few redirects, but to no other host.
func sameHost(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	if len(via) > 3 || req.URL.Scheme != first.Scheme || req.URL.Host != first.Host {
		return http.ErrUseLastResponse
	}
	return nil
}

// transport goes straight to the hosts outside, or through the proxy that the environment
// names and that may be inside. Nothing else inside is spoken to, but for this machine
// itself where the list names it.
type transport struct{ outside, local, proxied *http.Transport }

func newTransport() *transport {
	t := &transport{outside: plainTransport(), local: plainTransport(), proxied: plainTransport()}
	t.outside.Proxy, t.local.Proxy = nil, nil
	t.outside.DialContext = (&net.Dialer{Timeout: 30 * time.Second, Control: dialOutside}).DialContext
	return t
}

func plainTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck // it is one, by its documentation
	t.ResponseHeaderTimeout = time.Minute
	return t
}

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	proxy, err := http.ProxyFromEnvironment(req)
	switch {
	case err != nil:
		return nil, err
	case proxy != nil:
		return t.proxied.RoundTrip(req)
	case teams.IsLoopback(req.URL.Hostname()): // which only the list can name
		return t.local.RoundTrip(req)
	}
	return t.outside.RoundTrip(req)
}

// request is one request to a host of files.
type request struct {
	op, method, url string
	body            io.Reader
	size            int64 // of the body
	header          map[string]string
}

// do sends a request: the one place that speaks to the hosts of files. It checks where the
// address leads, and sends nothing that the request does not hold: no token and no cookie.
// Errors do not hold the address.
func (c *Client) do(ctx context.Context, r request) (*http.Response, error) {
	target, err := url.Parse(r.url)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: unreadable address", r.op, ErrHost)
	}
	if err := c.hosts.check(target); err != nil {
		return nil, fmt.Errorf("%s: %w", r.op, err)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, r.body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: unreadable address", r.op, ErrHost)
	}
	req.ContentLength = r.size
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, transportError(r.op, err)
	}
	return resp, nil
}

// transportError is a request that got no answer, or not all of it; without the address,
// which is a secret, and without its cause: whoever reads a file would take the
// unexpected end of a connection for the end of the file.
func transportError(op string, err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if errors.Is(err, ErrHost) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", op, err)
	}
	return fmt.Errorf("%s: %w: %s", op, ErrUnavailable, err.Error())
}

// Download opens a file at its address; the caller closes it. It fails with the errors of
// this package, when it is opened or while it is read: its size is not known before, so
// [ErrTooBig] may come after [Options.Max] bytes.
func (c *Client) Download(ctx context.Context, address string) (io.ReadCloser, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	resp, err := c.do(ctx, request{op: "download", method: http.MethodGet, url: address})
	if err == nil {
		if err = c.unusable(resp); err != nil {
			_ = resp.Body.Close()
		}
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return &body{from: resp.Body, left: c.options.Max, end: cancel}, nil
}

// unusable says why an answer is no file; nil: it is one.
func (c *Client) unusable(resp *http.Response) error {
	kind := resp.Header.Get("Content-Type")
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400: // to a page where people sign in
		return fmt.Errorf("download: %w: status %d", ErrNoFile, resp.StatusCode)
	case resp.StatusCode != http.StatusOK:
		return failure("download", resp)
	case strings.HasPrefix(kind, "text/html"):
		return fmt.Errorf("download: %w", ErrNoFile)
	case resp.ContentLength > c.options.Max:
		return fmt.Errorf("download: %w: %d bytes", ErrTooBig, resp.ContentLength)
	}
	return nil
}

// body is a file that is read, up to a size.
type body struct {
	from io.ReadCloser
	left int64
	end  context.CancelFunc
}

// Read implements [io.Reader].
func (b *body) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("download: %w", ErrTooBig)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = transportError("download", err)
	}
	return n, err
}

// Close implements [io.Closer].
func (b *body) Close() error {
	b.end()
	return b.from.Close()
}
