package adosource_test

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

// TestMain lets properties be tried some times, where a try is an organization with hundreds of work items and several hours of
// it; make fuzz tries them more often.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "20") // the command line comes after it
	goleak.VerifyTestMain(m)
}
