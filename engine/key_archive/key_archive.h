// A folder of dated snapshots of key sets: NAME-2026-11-24T120000Z.json, one for each content that a URL had.
//
// The folder only grows. A snapshot appears complete, under a name that no later one takes, and only if the set differs
// from the latest snapshot of its URL. The file fetch.log.ndjson has a line for each time that a URL was asked: time,
// url, outcome (new, unchanged, failed), and sha256 and file, or error. So the folder shows from when to when a key was
// published, and also that it was looked for when nothing changed.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "assay/instant.h"
#include "assay/result.h"

namespace assay::key_archive {

// The NAME of a URL's snapshots: what follows "https://" up to a query, with '_' for each character that is no letter,
// digit, '.' or '-'. If that does not tell the URL from every other, eight digits of its SHA-256 follow.
std::string archive_name(std::string_view url);

// A folder of snapshots. Only one process works on it: open() waits until the others have ended. Move only, not thread
// safe.
class KeyArchive {
 public:
  struct Options {
    double wait_seconds = 60;                        // for another process
    std::function<Instant()> clock = &Instant::now;  // for tests
  };
  // Makes the folder if it is missing, and locks it. The error names the path.
  static Result<KeyArchive> open(const std::string& folder, Options options);
  static Result<KeyArchive> open(const std::string& folder) { return open(folder, Options()); }
  KeyArchive(KeyArchive&& other) noexcept;
  KeyArchive& operator=(KeyArchive&&) = delete;
  ~KeyArchive();

  struct Stored {
    bool is_new = false;  // false: the latest snapshot says the same
    std::string file;     // name of the snapshot that holds the set
    std::string sha256;   // of the canonical form, in hexadecimal
  };
  // Adds what the URL published just now, and a line to the log. `shown_url` is the URL as people may see it. Only the
  // owner can read the snapshot of a set that holds secrets (`is_secret`). The error names the file; nothing is added
  // if the clock stands before the latest snapshot.
  Result<Stored> add(std::string_view url, std::string_view shown_url, std::string_view body, bool is_secret = false);
  // Adds only a line to the log: the URL could not be fetched.
  Result<void> add_failure(std::string_view shown_url, std::string_view error);

 private:
  KeyArchive(std::string folder, Options options, int lock);
  std::optional<std::string> latest_snapshot(const std::string& name) const;
  Result<std::string> next_name(const std::string& name, const std::optional<std::string>& latest) const;
  Result<void> append_to_log(const std::string& line) const;

  std::string folder_;
  Options options_;
  int lock_;  // descriptor of the file that is locked, or -1
};

}  // namespace assay::key_archive
