// Package connect is the activity of reaching Azure DevOps: signing in, making and
// sharing connections, handing them over and moving what is bound through them.
package connect
