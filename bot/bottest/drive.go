package bottest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// serveDrive is the host of files: it lets in whoever has the address while that lasts,
// and refuses who shows a token beside it.
func (c *Cloud) serveDrive(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" || "http://"+r.Host != c.PublicURL() && "https://"+r.Host != c.PublicURL() {
		c.countFile(func(n *FileCounts) { n.Refused++ })
		http.Error(w, `{"error":{"code":"unauthenticated"}}`, http.StatusUnauthorized)
		return
	}
	switch token := r.URL.Query().Get("tempauth"); {
	case strings.HasSuffix(r.URL.Path, "/download.aspx") && r.Method == http.MethodGet:
		c.serveDownload(w, r, token)
	case strings.HasSuffix(r.URL.Path, "/uploadSession"):
		c.serveUpload(w, r, token)
	default:
		http.NotFound(w, r)
	}
}

func (c *Cloud) countFile(count func(*FileCounts)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	count(&c.drive.Counts)
}

// openFile finds the file of an address, or answers that there is none.
func (c *Cloud) openFile(w http.ResponseWriter, of map[string]*driveFile, token string) *driveFile {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := of[token]
	if f == nil || !c.opts.Now().Before(f.until) {
		c.drive.Counts.Refused++
		http.Error(w, `{"error":{"code":"unauthenticated"}}`, http.StatusUnauthorized)
		return nil
	}
	if f.isOver {
		w.WriteHeader(http.StatusNotFound)
		return nil
	}
	return f
}

// fileFault is the fault of the next request; empty: none.
func (c *Cloud) fileFault() FileFault {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drive.times == 0 {
		return ""
	}
	c.drive.times--
	return c.drive.fault
}

// play answers with the fault; false: that lets the request through at first.
func (f FileFault) play(w http.ResponseWriter, r *http.Request) bool {
	switch f {
	case FilesExpired:
		w.WriteHeader(http.StatusUnauthorized)
	case FilesGone:
		w.WriteHeader(http.StatusNotFound)
	case FilesPage:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<html>a page</html>")
	case FilesSignIn:
		http.Redirect(w, r, "https://login.microsoftonline.com/", http.StatusFound)
	case FilesUnavailable:
		w.WriteHeader(http.StatusServiceUnavailable)
	case FilesFull:
		w.WriteHeader(http.StatusInsufficientStorage)
	case FilesCut:
		if r.Method == http.MethodPut {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Length", "1000000")
		_, _ = io.WriteString(w, "the beginning")
	default:
		return false
	}
	return true
}

func (c *Cloud) serveDownload(w http.ResponseWriter, r *http.Request, token string) {
	c.countFile(func(n *FileCounts) { n.Downloads++ })
	f := c.openFile(w, c.drive.sent, token)
	if f == nil || c.fileFault().play(w, r) {
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(f.Content)))
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(f.Name))
	_, _ = w.Write(f.Content)
}

func (c *Cloud) serveUpload(w http.ResponseWriter, r *http.Request, token string) {
	f := c.openFile(w, c.drive.uploads, token)
	switch {
	case f == nil:
	case r.Method == http.MethodGet:
		c.uploadState(w, f, http.StatusOK)
	case r.Method == http.MethodPut:
		c.servePiece(w, r, f)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// servePiece takes the next piece of a file: in order, of a proper size, with what it is
// said to have, and of a whole that stays the same.
func (c *Cloud) servePiece(w http.ResponseWriter, r *http.Request, f *driveFile) {
	fault := c.fileFault()
	if fault.play(w, r) {
		return
	}
	content, err := io.ReadAll(io.LimitReader(r.Body, maxPiece))
	if err != nil {
		return
	}
	from, to, total, ok := contentRange(r.Header.Get("Content-Range"))
	n := to - from + 1
	isLast := to == total-1
	if !ok || r.ContentLength != n || int64(len(content)) != n || !isLast && n%uploadUnit != 0 || total > maxFile {
		writeError(w, http.StatusBadRequest, "invalidRequest", "The Content-Range or Content-Length is not one of a piece.")
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drive.Counts.Pieces++
	if from != int64(len(f.Content)) || f.size != 0 && f.size != total {
		writeError(w, http.StatusRequestedRangeNotSatisfiable, "invalidRange", "The piece is not the one that comes next.")
		return
	}
	f.Content, f.size = append(f.Content, content...), total
	if isLast {
		c.keepFile(f)
	}
	switch {
	case fault == FilesLost:
		w.WriteHeader(http.StatusBadGateway)
	case isLast:
		writeJSON(w, http.StatusCreated, map[string]any{"id": newGUID(), "name": f.Name, "size": total})
	default:
		c.writeState(w, f, http.StatusAccepted)
	}
}

// keepFile ends an upload; the caller holds the lock.
func (c *Cloud) keepFile(f *driveFile) {
	f.isOver = true
	if c.drive.saved[f.owner.ID] == nil {
		c.drive.saved[f.owner.ID] = map[string][]byte{}
	}
	c.drive.saved[f.owner.ID][f.Name] = f.Content
	c.touch()
}

func (c *Cloud) uploadState(w http.ResponseWriter, f *driveFile, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writeState(w, f, status)
}

// writeState says which piece comes next; the caller holds the lock.
func (c *Cloud) writeState(w http.ResponseWriter, f *driveFile, status int) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"expirationDateTime": f.until.UTC().Format(time.RFC3339), "nextExpectedRanges": []string{fmt.Sprintf("%d-", len(f.Content))},
	})
}

// contentRange reads "bytes from-to/total".
func contentRange(header string) (from, to, total int64, ok bool) {
	n, err := fmt.Sscanf(header, "bytes %d-%d/%d", &from, &to, &total)
	ok = err == nil && n == 3 && header == fmt.Sprintf("bytes %d-%d/%d", from, to, total) && from >= 0 && from <= to && to < total
	return from, to, total, ok
}
