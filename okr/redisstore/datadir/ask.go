package datadir

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// askTime bounds a question to the server.
const askTime = 2 * time.Second

// ask sends one command without special characters and gives its answer. This
// is all of the protocol that starting and stopping needs
// (https://redis.io/docs/latest/develop/reference/protocol-spec/#inline-commands).
func (d *Dir) ask(ctx context.Context, command string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", d.Socket())
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	if _, err := io.WriteString(conn, command+"\r\n"); err != nil {
		return "", err
	}
	return readAnswer(bufio.NewReader(conn))
}

func readAnswer(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	line = strings.TrimSpace(line)
	switch {
	case strings.HasPrefix(line, "-"):
		return "", refusal(line[1:])
	case strings.HasPrefix(line, "$"):
		size, err := strconv.Atoi(line[1:])
		if err != nil || size < 0 {
			return "", fmt.Errorf("answer of the server: %q", line)
		}
		text := make([]byte, size)
		_, err = io.ReadFull(r, text)
		return string(text), err
	default:
		return strings.TrimPrefix(line, "+"), nil
	}
}

// refusal is what the server says when it does not do what it is asked.
type refusal string

// Error implements error.
func (r refusal) Error() string { return string(r) }

// isLoading says whether a server is still reading its files.
func (r refusal) isLoading() bool { return strings.HasPrefix(string(r), "LOADING") }
