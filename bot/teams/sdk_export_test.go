package teams

import (
	"context"

	"github.com/infracloudio/msbotbuilder-go/connector/client"
)

// FrameworkClient is the client that the SDK gets for a turn.
func FrameworkClient(ctx context.Context, c *Connector) client.Client {
	return newAdapter("app", nil, c, nil).framework(ctx).Client
}
