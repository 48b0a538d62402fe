package transcript

import "github.com/pulumi/pulumi-go-provider/infer"

// Scripts are the inputs that local and remote commands share: what to run at each step of a resource's life.
type Scripts struct {
	Triggers *[]any  `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Create   *string `pulumi:"create,optional"`
	Update   *string `pulumi:"update,optional"`
	Delete   *string `pulumi:"delete,optional"`
}

// Annotate describes the properties.
func (s *Scripts) Annotate(a infer.Annotator) {
	a.Describe(&s.Triggers, "Values of any type. A change of any of them replaces the resource.")
	a.Describe(&s.Create, "What to run when the resource is created, and on a change of its inputs if there is no `update`.")
	a.Describe(&s.Update, "What to run when the resource's inputs change. Without it, `create` is run again.")
	a.Describe(&s.Delete, "What to run when the resource is deleted.")
}

// OnUpdate is the script for a change of inputs, or nil when there is nothing to run.
func (s *Scripts) OnUpdate() *string {
	if s.Update != nil {
		return s.Update
	}
	return s.Create
}
