package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// askReadyTime bounds the question, and is longer than the answer may take.
const askReadyTime = readyTime + time.Second

// runReady asks the okrbot of this machine whether it is ready, for a platform
// that looks by a command: the image has no other program. An error says no.
func runReady(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	values, problems := readEnvironment(func(name string) string {
		if strings.TrimSuffix(name, "_FILE") != "LISTEN_ADDR" {
			return ""
		}
		return getenv(name)
	})
	address, err := readyAddress(values["LISTEN_ADDR"])
	if err := errors.Join(append(problems, err)...); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askReadyTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", http.NoBody)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req) // by no proxy
	if err != nil {
		return fmt.Errorf("not ready: okrbot does not answer: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10)) // the status says enough
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(body)))
	}
	_, err = fmt.Fprintln(stdout, "ready")
	return err
}

// readyAddress is where this machine reaches a listen address.
func readyAddress(listen string) (string, error) {
	if listen == "" {
		listen = defaultOf("ListenAddr")
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", errors.New("LISTEN_ADDR: must be host:port or :port")
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port), nil
}
