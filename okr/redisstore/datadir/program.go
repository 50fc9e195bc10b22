package datadir

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// programs speak the protocol of Redis and take the same arguments.
var programs = [...]string{"redis-server", "valkey-server"}

// oldest is the version that has every command that okrbot uses.
var oldest = [2]int{6, 2}

// findServer finds a program that is new enough.
func findServer(ctx context.Context) (path string, err error) {
	var tooOld error
	for _, name := range programs {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		version, err := versionOf(ctx, path)
		if err != nil {
			return "", fmt.Errorf("DATA_DIR: %s cannot be run: %w", path, err)
		}
		if version[0] > oldest[0] || version[0] == oldest[0] && version[1] >= oldest[1] {
			return path, nil
		}
		tooOld = fmt.Errorf("DATA_DIR: %s is version %d.%d, okrbot needs %d.%d or newer", path, version[0], version[1], oldest[0], oldest[1])
	}
	if tooOld != nil {
		return "", tooOld
	}
	return "", errors.New("DATA_DIR: okrbot keeps its data with redis-server or valkey-server, and this machine has neither. Install it: " + howToInstall())
}

var versionText = regexp.MustCompile(`\bv=(\d+)\.(\d+)`)

func versionOf(ctx context.Context, path string) (version [2]int, err error) {
	out, err := exec.CommandContext(ctx, path, "--version").Output() //nolint:gosec // a fixed name, found in PATH
	if err != nil {
		return version, err
	}
	m := versionText.FindSubmatch(out)
	if m == nil {
		return version, fmt.Errorf("it does not say its version but %.80q", out)
	}
	version[0], _ = strconv.Atoi(string(m[1]))
	version[1], _ = strconv.Atoi(string(m[2]))
	return version, nil
}

// installers are how the package is called where.
var installers = [...]struct{ manager, command string }{
	{"apt-get", "sudo apt-get install redis-server"},
	{"dnf", "sudo dnf install valkey (redis before Fedora 41 and RHEL 10)"},
	{"apk", "apk add redis"},
	{"pacman", "sudo pacman -S valkey"},
	{"zypper", "sudo zypper install valkey"},
	{"brew", "brew install redis"},
}

func howToInstall() string {
	for _, i := range installers {
		if _, err := exec.LookPath(i.manager); err == nil {
			return i.command
		}
	}
	return "the package is called redis-server, redis or valkey"
}
