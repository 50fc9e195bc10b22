// Package chat is what every subject that people talk about with okrbot needs:
// the turn under way ([Turn]), what answers it ([Reply], rendered by
// [Chat.Deliver] alone), commands and pressed buttons, forms, people and words.
//
// A subject is a package of its own. It registers its commands and buttons
// ([Subject]), and declares the few methods that it needs of the domain.
package chat
