package files

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"okrbot/bot/teams"
)

// attempts is how often a piece is tried.
const attempts = 5

// Upload saves a file at an address that Teams gave for it, in pieces. Progress is told
// after each how many bytes are there; nil: nobody is. A piece that did not get there is
// sent again, from where the host says that it goes on. Source: "Upload large files with
// an upload session".
func (c *Client) Upload(ctx context.Context, address string, from io.ReaderAt, size int64, progress func(sent int64)) error {
	if size > c.options.Max {
		return fmt.Errorf("upload: %w: %d bytes", ErrTooBig, size)
	}
	tries := 0
	for at := int64(0); at < size; {
		next, wait, err := c.piece(ctx, address, from, at, size)
		switch {
		case err == nil && next > at:
			at, tries = next, 0
			if progress != nil {
				progress(at)
			}
			continue
		case err != nil && !errors.Is(err, ErrUnavailable):
			return err
		case tries == attempts-1:
			return errors.Join(err, fmt.Errorf("upload: %w: no progress", ErrUnavailable))
		}
		if err := teams.Sleep(ctx, max(wait, c.options.Backoff<<tries)); err != nil {
			return err
		}
		tries++
		isLast := size-at <= c.options.Piece
		if at, err = c.missing(ctx, address, at); isLast && errors.Is(err, ErrGone) {
			return nil // a session ends with the last piece, of which only the answer was lost
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// piece sends one piece and says where the next one begins, or how long the host asks to
// wait.
func (c *Client) piece(ctx context.Context, address string, from io.ReaderAt, at, size int64) (next int64, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	n := min(c.options.Piece, size-at)
	resp, err := c.do(ctx, request{
		op: "upload", method: http.MethodPut, url: address, body: io.NewSectionReader(from, at, n), size: n,
		header: map[string]string{"Content-Range": fmt.Sprintf("bytes %d-%d/%d", at, at+n-1, size)},
	})
	if err != nil {
		return at, 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted:
		return expected(resp, at+n), 0, nil
	case http.StatusRequestedRangeNotSatisfiable: // it has that piece, or lost another one
		return at, 0, fmt.Errorf("upload: %w: other piece expected", ErrUnavailable)
	}
	return at, retryAfter(resp), failure("upload", resp)
}

// missing asks where the upload goes on after a piece that perhaps did not get there.
func (c *Client) missing(ctx context.Context, address string, at int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	resp, err := c.do(ctx, request{op: "upload state", method: http.MethodGet, url: address})
	if errors.Is(err, ErrUnavailable) {
		return at, nil // the next piece tells
	}
	if err != nil {
		return at, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusOK {
		return expected(resp, at), nil
	}
	if err := failure("upload state", resp); !errors.Is(err, ErrUnavailable) {
		return at, err
	}
	return at, nil
}

// expected is where the host says that the upload goes on; otherwise: it does not say.
func expected(resp *http.Response, otherwise int64) int64 {
	var state struct {
		Next []string `json:"nextExpectedRanges"`
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil || json.Unmarshal(raw, &state) != nil || len(state.Next) == 0 {
		return otherwise
	}
	from, _, _ := strings.Cut(state.Next[0], "-")
	n, err := strconv.ParseInt(from, 10, 64)
	if err != nil || n < 0 {
		return otherwise
	}
	return n
}
