package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

var (
	version     = first(os.Getenv("APP_VERSION"), "v0")
	hostname, _ = os.Hostname()
	orders      atomic.Int64
)

func handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", page)
	mux.HandleFunc("/up", up)
	mux.HandleFunc("/slow", slow)
	mux.HandleFunc("/orders", order)
	mux.HandleFunc("/upload", upload)
	mux.HandleFunc("/whoami", whoami)
	mux.HandleFunc("/env-check", envCheck)
	mux.Handle("/assets/", http.FileServer(http.Dir("/public")))
	return withFaults(mux)
}

func page(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!DOCTYPE html>\n<title>Sextant lite</title>\n<h1>Sextant lite</h1>\n"+
		"<p class=\"version\">version: %s</p>\n<p>served by %s</p>\n<p>orders: %d</p>\n", version, hostname, orders.Load())
}

func up(w http.ResponseWriter, r *http.Request) {
	if on("HANG_UP") {
		<-r.Context().Done()
		return
	}
	if reason := healthFault(); reason != "" {
		http.Error(w, reason, http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, "OK")
}

// slow answers line by line over so many seconds.
func slow(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.ParseFloat(first(r.URL.Query().Get("seconds"), "5"), 64)
	if err != nil || seconds < 0 || seconds > 300 {
		http.Error(w, "seconds is a number from 0 to 300", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	write := func(text string) {
		fmt.Fprint(w, text)
		w.(http.Flusher).Flush()
	}
	finish := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	write("begun " + version + "\n")
	for {
		left := time.Until(finish)
		if left <= 0 {
			break
		}
		time.Sleep(min(left, time.Second))
		write(".\n")
	}
	write("done " + version + "\n")
}

func order(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "POST an order", http.StatusMethodNotAllowed)
		return
	}
	product, quantity := "sextant", 1
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		given := struct {
			Product  *string
			Quantity *int
		}{&product, &quantity}
		if err := json.NewDecoder(r.Body).Decode(&given); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	} else {
		product = first(r.FormValue("product"), product)
		if text := r.FormValue("quantity"); text != "" {
			quantity, _ = strconv.Atoi(text)
		}
	}
	if quantity <= 0 {
		answer(w, http.StatusUnprocessableEntity, map[string]any{"error": "Quantity must be greater than 0"})
		return
	}
	answer(w, http.StatusCreated, map[string]any{
		"id": orders.Add(1), "product": product, "quantity": quantity, "version": version,
	})
}

// upload answers with size and SHA-256 of what arrived: of the file in a form, else of the body.
func upload(w http.ResponseWriter, r *http.Request) {
	var body io.Reader = r.Body
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		file, _, err := r.FormFile("file")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		defer file.Close()
		body = file
	}
	digest := sha256.New()
	size, err := io.Copy(digest, body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer(w, http.StatusOK, map[string]any{"size": size, "sha256": hex.EncodeToString(digest.Sum(nil)), "version": version})
}

func whoami(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"hostname": hostname, "version": version, "pid": os.Getpid(), "client": client(r),
		"scheme": first(r.Header.Get("X-Forwarded-Proto"), "http"), "host": r.Host,
	})
}

// envCheck shows that a variable has a certain value without showing the value.
func envCheck(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("name")
	value, set := os.LookupEnv(name)
	reply := map[string]any{"name": name, "set": set, "sha256": nil, "version": version}
	if set {
		sum := sha256.Sum256([]byte(value))
		reply["sha256"] = hex.EncodeToString(sum[:])
	}
	answer(w, http.StatusOK, reply)
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		fmt.Fprintln(os.Stderr, "lite:", err)
	}
}

// client is the address that a proxy passed on, else the peer's.
func client(r *http.Request) string {
	if forwarded := r.Header.Get("X-Forwarded-For"); forwarded != "" {
		return strings.TrimSpace(strings.Split(forwarded, ",")[0])
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
