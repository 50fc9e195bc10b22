package adotest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxBody bounds a request body; the largest legitimate one is a query text of
// 32,000 characters.
const maxBody = 1 << 20

// object is a JSON object under construction.
type object map[string]any

// exchange is one request as the router understood it.
type exchange struct {
	r        *http.Request
	body     []byte
	base     string // public URL without trailing slash
	host     string // of a request to a real host name, which then begins the URLs of the organization
	op       string // see the Op constants
	handle   func(*Cloud, *exchange) answer
	tenant   string   // of a /login request
	org      string   // of an /ado request, as written by the caller
	project  string   // as written: a name or a GUID
	team     string   // as written
	rest     []string // decoded path segments after the resource's name
	slash    bool     // a segment carried an encoded slash
	params   url.Values
	session  *accessGrant  // of a known bearer token, nil otherwise
	inOrg    *organization // set by the /ado gate
	inProj   *Project      // set by the /ado gate when the path names one
	viewer   *User         // set by the gates
	activity string
	bare     bool // the caller wants no addresses in the answer; not documented, the service's own pages ask so
	packs    bool // the caller takes a packed answer
}

// exchange reads the request, names its operation and its caller.
func (c *Cloud) exchange(r *http.Request) *exchange {
	r, host := underPrefix(r)
	x := &exchange{r: r, host: host, params: foldedQuery(r.URL.Query()), activity: randomGUID()}
	// A body that cannot be read is the caller's hang-up; the handler then sees
	// what arrived and refuses it as malformed.
	x.body, _ = io.ReadAll(io.LimitReader(r.Body, maxBody))
	c.mu.Lock()
	defer c.mu.Unlock()
	x.base = c.public
	if x.base == "" {
		x.base = "http://" + r.Host
	}
	x.session = c.entra.access[bearer(r)]
	x.bare = strings.Contains(r.Header.Get("Accept"), "excludeUrls=true") && !c.modes[ModeKeepURLs]
	x.packs = strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && !c.modes[ModeNeverPack]
	x.route()
	return x
}

// foldedQuery lower-cases parameter names, which Azure DevOps does not
// distinguish by case.
func foldedQuery(in url.Values) url.Values {
	out := url.Values{}
	for k, v := range in {
		out[strings.ToLower(k)] = append(out[strings.ToLower(k)], v...)
	}
	return out
}

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// param is a query parameter by its lower-case name.
func (x *exchange) param(name string) string { return x.params.Get(name) }

// intParam reads a non-negative integer parameter, def when absent or bad.
func (x *exchange) intParam(name string, def int) int {
	n, err := strconv.Atoi(x.param(name))
	if err != nil || n < 0 {
		return def
	}
	return n
}

// first is the path segment after the resource, empty when absent.
func (x *exchange) first() string {
	if len(x.rest) > 0 {
		return x.rest[0]
	}
	return ""
}

// suppressed reports that the caller wants 401 rather than a sign-in page.
func (x *exchange) suppressed() bool {
	return strings.EqualFold(x.r.Header.Get("X-TFS-FedAuthRedirect"), "Suppress")
}

// at adds the address of what an object says.
func (x *exchange) at(url string, o object) object {
	if !x.bare {
		o["url"] = url
	}
	return o
}

// answer is a whole response. Status 0 means that the connection is dropped.
type answer struct {
	status int
	header http.Header
	body   []byte
	pause  time.Duration // before the second half of the body
	cut    bool          // the second half of the body is never sent
	size   int           // of the body before it was packed
}

// packMin is how long a body is at least that is packed.
const packMin = 1000

// packed is the answer as it goes over the wire: packed, if the caller takes that.
func (c *Cloud) packed(x *exchange, a answer) answer {
	a.size = len(a.body)
	if a.size < packMin || x.r.Method == http.MethodHead || !x.packs {
		return a
	}
	var out bytes.Buffer
	w := c.packer(&out)
	_, err := w.Write(a.body)
	if err := errors.Join(err, w.Close()); err != nil {
		return a
	}
	select {
	case c.packers <- w:
	default:
	}
	a.body = out.Bytes()
	return a.with("Content-Encoding", "gzip").with("Vary", "Accept-Encoding")
}

// packer is one that waits, or a new one.
func (c *Cloud) packer(out io.Writer) *gzip.Writer {
	select {
	case w := <-c.packers:
		w.Reset(out)
		return w
	default:
		w, _ := gzip.NewWriterLevel(out, gzip.BestSpeed) // its only error is a level that does not exist
		return w
	}
}

// with returns the answer with one more header.
func (a answer) with(name, value string) answer {
	a.header = a.header.Clone()
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set(name, value)
	return a
}

func jsonAnswer(status int, v any) answer {
	b, err := json.Marshal(v)
	if err != nil {
		return answer{status: http.StatusInternalServerError}
	}
	return answer{status: status, body: b}.with("Content-Type", "application/json; charset=utf-8; api-version=7.1")
}

func listAnswer[T any](rows []T) answer {
	if rows == nil {
		rows = []T{}
	}
	return jsonAnswer(http.StatusOK, object{"count": len(rows), "value": rows})
}

func htmlAnswer(status int, page string) answer {
	return answer{status: status, body: []byte(page)}.with("Content-Type", "text/html; charset=utf-8")
}

// write sends the answer. A dropped one aborts the connection in the way that
// net/http documents, so that the client sees an unexpected end.
func (a answer) write(w http.ResponseWriter, x *exchange) {
	if a.status == 0 {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	maps.Copy(h, a.header)
	h.Set("X-Ms-Request-Id", x.activity)
	if x.org != "" || strings.HasPrefix(x.r.URL.Path, "/vssps") {
		h.Set("ActivityId", x.activity)
		h.Set("X-VSS-E2EID", x.activity)
		h.Set("X-TFS-Session", x.activity)
	}
	if x.r.Method != http.MethodHead {
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if x.r.Method != http.MethodHead {
		a.writeBody(w, x)
	}
}

// writeBody does not mind a client that is gone.
func (a answer) writeBody(w http.ResponseWriter, x *exchange) {
	if a.pause == 0 && !a.cut {
		_, _ = w.Write(a.body)
		return
	}
	half := len(a.body) / 2
	_, _ = w.Write(a.body[:half])
	_ = http.NewResponseController(w).Flush()
	if a.cut || !x.wait(a.pause) {
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(a.body[half:])
}
