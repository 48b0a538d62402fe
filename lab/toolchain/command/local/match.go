package local

import (
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/gobwas/glob"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

type rule struct {
	glob.Glob
	leaveOut bool
}

// match finds the files under a directory that the globs select. Later globs overrule earlier ones.
func match(dir string, globs []string) (map[string]*types.AssetOrArchive, error) {
	rules := make([]rule, 0, len(globs))
	for _, text := range globs {
		pattern, leaveOut := strings.CutPrefix(text, "!")
		compiled, err := glob.Compile(pattern, '/')
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule{compiled, leaveOut})
	}

	found := map[string]*types.AssetOrArchive{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		chosen := false
		for _, r := range rules {
			if r.Match(file) {
				chosen = !r.leaveOut
			}
		}
		if !chosen {
			return nil
		}
		asset, err := resource.NewPathAsset(path.Join(dir, file))
		if err != nil {
			return err
		}
		found[file] = &types.AssetOrArchive{Asset: asset}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}
