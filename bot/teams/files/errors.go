package files

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// The ways in which a file cannot be had, beside [ErrHost] and the end of a context.
var (
	// ErrExpired says that the address lets nobody in any more; the file must be sent
	// again, or its card pressed again.
	ErrExpired = errors.New("file address expired")
	// ErrGone says that there is no such file or place for one.
	ErrGone = errors.New("file gone")
	// ErrTooBig says that the file is larger than may be.
	ErrTooBig = errors.New("file too big")
	// ErrNoFile says that the address leads to a page for people, as that does which
	// Teams gives of files sent on some phones.
	ErrNoFile = errors.New("address of a page, not of a file")
	// ErrFull says that there is no room for the file.
	ErrFull = errors.New("no room for the file")
	// ErrRefused says that the host does not do it.
	ErrRefused = errors.New("file host refused")
	// ErrUnavailable says that the host did not answer, or asked to come later.
	ErrUnavailable = errors.New("file host unavailable")
)

// failure is what an answer that is no success means. Sources: "Download driveItem
// content" and "Upload large files with an upload session"; of 401 and 403 for addresses
// whose time is over, issues of Microsoft's SDKs.
func failure(op string, resp *http.Response) error {
	kind := ErrRefused
	switch s := resp.StatusCode; {
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		kind = ErrExpired
	case s == http.StatusNotFound, s == http.StatusGone:
		kind = ErrGone
	case s == http.StatusRequestEntityTooLarge:
		kind = ErrTooBig
	case s == http.StatusInsufficientStorage && op == "upload":
		kind = ErrFull
	case s == http.StatusTooManyRequests, s == http.StatusRequestTimeout, s >= http.StatusInternalServerError:
		kind = ErrUnavailable
	}
	return fmt.Errorf("%s: %w: status %d", op, kind, resp.StatusCode)
}

// retryAfter is how long an answer asks to wait, in whole seconds; 0: it does not say.
func retryAfter(resp *http.Response) time.Duration {
	n, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n) * time.Second
}
