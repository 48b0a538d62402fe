# Shared by the verbs that copy volumes: where the data is.
# shellcheck shell=sh

# volume_place VOLUME: the directory of a volume of Docker's own driver; false, with a sentence, for any other.
volume_place() {
    directory=$(docker volume inspect --format '{{.Mountpoint}}' "$1") || return 1
    case $directory in
    /*/_data)
        if [ -d "$directory" ]; then
            printf '%s\n' "$directory"
            return 0
        fi
        ;;
    esac
    echo "the volume $1 is not in a directory of Docker's own" >&2
    return 1
}
