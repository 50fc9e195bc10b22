package bottest

import (
	"context"
	"fmt"
)

// submit sends an Action.Submit. Its "msteams" data may turn it into a typed message
// (imBack, messageBack); dialogs and sign-in are not played.
func (c *Cloud) submit(ctx context.Context, p Post, u User, found, inputs map[string]any) (Answer, error) {
	activity := c.Activity(p.Chat, u, "message")
	activity["replyToId"] = p.ID
	data := merged(found, inputs)
	special := object(data, "msteams")
	switch text(special, "type") {
	case "":
		activity["value"] = data
	case "imBack":
		activity["text"] = text(special, "value")
	case "messageBack":
		activity["text"], activity["value"] = text(special, "text"), special["value"]
	default:
		return Answer{}, fmt.Errorf("bottest: Action.Submit of type %q is not played", text(special, "type"))
	}
	d, err := c.turn(ctx, activity)
	return Answer{Delivery: d, Post: c.View(p, u)}, err
}
