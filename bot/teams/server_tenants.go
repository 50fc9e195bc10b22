package teams

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
)

// EveryTenant in ServerOptions.AllowedTenants serves people of any tenant.
const EveryTenant = "*"

// maxToldTenants bounds how many tenants that are not served are remembered.
const maxToldTenants = 1000

// errTenant says that an activity comes from a tenant that is not served.
var errTenant = errors.New("tenant not allowed")

// tenants knows whose people are served, and which others were logged already.
type tenants struct {
	every   bool
	allowed map[string]bool

	mu   sync.Mutex
	told map[string]bool
}

func newTenants(ids []string) *tenants {
	t := &tenants{allowed: map[string]bool{}, told: map[string]bool{}}
	for _, id := range ids {
		t.every = t.every || id == EveryTenant
		t.allowed[strings.ToLower(id)] = true
	}
	return t
}

// allows reports whether the people of the tenant are served. An activity without a
// tenant is of none in a list.
func (t *tenants) allows(id string) bool {
	return t.every || id != "" && t.allowed[strings.ToLower(id)]
}

// firstTime reports whether a refused tenant is to be logged: once in the life of
// the process, so that strangers cannot fill the log.
func (t *tenants) firstTime(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	id = shortCode(id)
	if t.told[id] || len(t.told) >= maxToldTenants {
		return false
	}
	t.told[id] = true
	return true
}

// dismiss acknowledges an activity of a tenant that is not served, so that Teams
// does not deliver it again: nothing is stored, and nobody is told or asked.
func (s *Server) dismiss(ctx context.Context, c *gin.Context, a Activity) {
	s.metrics.count(a.Type, outcomeTenant)
	if s.tenants.firstTime(a.TenantID()) {
		s.log.WarnContext(ctx, "tenant not allowed: its people are not served; ALLOWED_TENANTS names who is",
			"ref", RefFrom(ctx), "tenant", shortCode(a.TenantID()), "outcome", outcomeTenant)
	}
	c.Status(http.StatusOK)
	c.Writer.WriteHeaderNow()
}
