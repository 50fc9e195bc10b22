package teams_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
)

func TestPacer(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_795_415_266, 0)
	p := teams.NewPacer(1, 2, func() time.Time { return now })
	require.Zero(t, p.Wait("a"))
	require.Zero(t, p.Wait("a"))
	require.Equal(t, time.Second, p.Wait("a"))
	require.Equal(t, 2*time.Second, p.Wait("a"))
	require.Zero(t, p.Wait("b"))
	now = now.Add(3 * time.Second)
	require.Zero(t, p.Wait("a"))
}

func TestPacerMemory(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_795_415_266, 0)
	p := teams.NewPacer(1, 1, func() time.Time { return now })
	for i := range teams.MaxPaced {
		p.Wait(strconv.Itoa(i))
	}
	require.Equal(t, teams.MaxPaced, p.Len())
	p.Wait("busy")
	require.Equal(t, teams.MaxPaced, p.Len(), "never more, even when all are busy")
	now = now.Add(time.Minute)
	p.Wait("later")
	require.Equal(t, 1, p.Len(), "idle ones are forgotten")
}
