package okrtest

import (
	"strconv"
	"strings"
)

// InfoField reads a number out of the answer to Redis's INFO, 0 if it is not there: https://redis.io/docs/latest/commands/info/.
func InfoField(info, name string) int64 {
	for line := range strings.Lines(info) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+":"); ok {
			n, _ := strconv.ParseInt(value, 10, 64)
			return n
		}
	}
	return 0
}
