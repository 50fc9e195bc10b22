package teams

import "time"

// AnswerWithin is how long the server waits for a turn before it answers Teams.
func (s *Server) AnswerWithin(a Activity) time.Duration { return s.answerWithin(a) }
