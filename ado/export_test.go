package ado

// Gates is of how many identities something is kept.
func (c *Client) Gates() int {
	c.gates.mu.Lock()
	defer c.gates.mu.Unlock()
	return len(c.gates.by)
}
