package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

var leaked [][]byte

func on(name string) bool {
	value := os.Getenv(name)
	return value != "" && value != "0" && value != "false"
}

// number is a variable's value; one that is no number stops the program, a fault must not be lost to a typing error.
func number(name string) float64 {
	value := os.Getenv(name)
	if value == "" {
		return 0
	}
	parsed, err := strconv.ParseFloat(value, 64)
	if err != nil {
		fmt.Fprintf(os.Stderr, "lite: %s=%q is no number\n", name, value)
		os.Exit(64)
	}
	return parsed
}

// faultsAtBoot is what goes wrong while a server or a worker starts.
func faultsAtBoot() {
	time.Sleep(time.Duration(number("BOOT_DELAY") * float64(time.Second)))
	if os.Getenv("EXIT_AT_BOOT") != "" {
		os.Exit(int(number("EXIT_AT_BOOT")))
	}
	if on("CRASH_AT_BOOT") {
		panic("CRASH_AT_BOOT: the app cannot start")
	}
	if megabytes := int(number("LEAK_MEMORY")); megabytes > 0 {
		go leak(megabytes)
	}
	if megabytes := int(number("THRASH_MEMORY")); megabytes > 0 {
		thrash(megabytes)
	}
}

// thrash boots for ever: it goes over its memory again and again, as what is swapped out is wanted next.
func thrash(megabytes int) {
	catalogue := make([]byte, megabytes<<20)
	for pass := byte(1); ; pass++ {
		for at := 0; at < len(catalogue); at += 4096 {
			catalogue[at] += pass
		}
	}
}

func leak(megabytes int) {
	for i := 0; i < megabytes; i++ {
		block := make([]byte, 1<<20)
		for at := 0; at < len(block); at += 4096 {
			block[at] = byte(i)
		}
		leaked = append(leaked, block)
		time.Sleep(10 * time.Millisecond)
	}
}

// healthFault is the reason why /up must fail here, or nothing.
func healthFault() string {
	if on("FAIL_UP") {
		return "FAIL_UP is set"
	}
	if glob := os.Getenv("FAIL_UP_ON"); glob != "" {
		if matched, err := path.Match(glob, hostname); err != nil || matched {
			return "FAIL_UP_ON matches " + hostname
		}
	}
	return ""
}

// withFaults puts in front of the app what a real one has there: forced TLS, allowed hosts, limits by address.
func withFaults(app http.Handler) http.Handler {
	app = limited(app)
	allowed := strings.FieldsFunc(os.Getenv("HOSTS_ALLOWED"), func(r rune) bool { return r == ',' || r == ' ' })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-App-Version", version)
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if len(allowed) > 0 && !contains(allowed, host) {
			http.Error(w, "Blocked host: "+r.Host, http.StatusForbidden)
			return
		}
		if on("FORCE_SSL") && r.Header.Get("X-Forwarded-Proto") != "https" {
			http.Redirect(w, r, "https://"+host+r.URL.RequestURI(), http.StatusMovedPermanently)
			return
		}
		app.ServeHTTP(w, r)
	})
}

// limited answers 429 (RACK_ATTACK=throttle) or 403 (block) to an address that has made its number of requests in a minute.
func limited(app http.Handler) http.Handler {
	refusal := map[string]int{"throttle": http.StatusTooManyRequests, "block": http.StatusForbidden}[os.Getenv("RACK_ATTACK")]
	if refusal == 0 {
		return app
	}
	limit := 3
	if os.Getenv("RACK_ATTACK_LIMIT") != "" {
		limit = int(number("RACK_ATTACK_LIMIT"))
	}
	var lock sync.Mutex
	seen := map[string][]time.Time{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := client(r)
		lock.Lock()
		recent := seen[from][:0]
		for _, at := range seen[from] {
			if time.Since(at) < time.Minute {
				recent = append(recent, at)
			}
		}
		seen[from] = append(recent, time.Now())
		over := len(recent) >= limit
		lock.Unlock()
		if over {
			http.Error(w, http.StatusText(refusal), refusal)
			return
		}
		app.ServeHTTP(w, r)
	})
}

func contains(list []string, item string) bool {
	for _, one := range list {
		if one == item {
			return true
		}
	}
	return false
}
