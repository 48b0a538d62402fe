package remote

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/sftp"
)

// upload writes to one host.
type upload struct{ *sftp.Client }

// stat tells what is at a path, nil for nothing.
func (u upload) stat(path string) (fs.FileInfo, error) {
	info, err := u.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("failed to stat remote path %s: %w", path, err)
	}
	return info, nil
}

func (u upload) parents(path string) error {
	if err := u.MkdirAll(filepath.Dir(path)); err != nil {
		return fmt.Errorf("failed to create parent directories for %s: %w", path, err)
	}
	return nil
}

// directory makes a directory unless it is there; a file in its place is an error.
func (u upload) directory(path string) error {
	there, err := u.stat(path)
	if err != nil {
		return err
	}
	if there == nil {
		if err := u.Mkdir(path); err != nil {
			return fmt.Errorf("failed to create remote directory %s: %w", path, err)
		}
	} else if !there.IsDir() {
		return fmt.Errorf("remote path %s exists but is not a directory", path)
	}
	return nil
}

// text writes a file. It has no name of its own, so the destination can't be a directory.
func (u upload) text(content, destination string) error {
	there, err := u.stat(destination)
	if err != nil {
		return err
	}
	if there != nil && there.IsDir() {
		return fmt.Errorf("remote path %s is a directory; when using a text asset, remotePath must be a file path",
			destination)
	}
	if err := u.parents(destination); err != nil {
		return err
	}
	file, err := u.Create(destination)
	if err != nil {
		return fmt.Errorf("failed to create remote file %s: %w", destination, err)
	}
	_, err = file.Write([]byte(content))
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("failed to write text content to remote path %s: %w", destination, err)
	}
	return nil
}

// path copies what is at a local path. A directory lands under the destination, by its name unless the source ends
// with a slash; a file lands under the destination when that is a directory, else on it.
func (u upload) path(source, destination string) error {
	from, err := os.Open(source)
	if err != nil {
		return err
	}
	defer from.Close() //nolint:errcheck // It was only looked at.
	what, err := from.Stat()
	if err != nil {
		return err
	}
	there, err := u.stat(destination)
	if err != nil {
		return err
	}
	inside := filepath.Join(destination, filepath.Base(source))
	switch {
	case what.IsDir():
		if there == nil {
			if err := u.MkdirAll(destination); err != nil {
				return fmt.Errorf("failed to create remote directory %s: %w", destination, err)
			}
		}
		if strings.HasSuffix(source, "/") {
			return u.tree(source, destination)
		}
		return u.tree(source, inside)
	case there == nil:
		if err := u.parents(destination); err != nil {
			return err
		}
		return u.file(source, destination)
	case there.IsDir():
		return u.file(source, inside)
	}
	return u.file(source, destination)
}

func (u upload) tree(source, destination string) error {
	return fs.WalkDir(os.DirFS(source), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(destination, path)
		if entry.IsDir() {
			return u.directory(target)
		}
		return u.file(filepath.Join(source, path), target)
	})
}

func (u upload) file(source, destination string) error {
	from, err := os.Open(source)
	if err != nil {
		return err
	}
	defer from.Close() //nolint:errcheck // It was only read.
	to, err := u.Create(destination)
	if err != nil {
		return fmt.Errorf("failed to create remote file %s: %w", destination, err)
	}
	_, err = to.ReadFrom(from)
	if err = errors.Join(err, to.Close()); err != nil {
		return fmt.Errorf("failed to copy file %s to remote path %s: %w", source, destination, err)
	}
	return nil
}
