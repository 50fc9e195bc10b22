package okrtest_test

import (
	"testing"

	"okrbot/okr/okrtest"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	t.Parallel()
	okrtest.TestStore(t, func(*testing.T) okrtest.AllStores { return okrtest.NewMemory() })
}
