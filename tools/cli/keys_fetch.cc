// assay keys fetch: key sets as their URLs publish them, kept as dated snapshots.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "assay/key_set.h"
#include "command.h"
#include "console.h"
#include "key_archive/key_archive.h"
#include "keys/jwks_client.h"

namespace assay::cli {
namespace {

constexpr const char* kExamples =
    R"(Examples:
  assay keys fetch --archive archive https://idp.example.com/jwks.json
  assay keys fetch --archive archive --quiet https://idp.example.com/jwks.json

Each URL gives one line. A set is stored only if it differs from the latest snapshot of its URL; the file
fetch.log.ndjson in the folder has a line for each time that a URL was asked. Several runs may work on one folder.

Exit status: 0 every URL gave a key set, 2 at least one did not, or the run could not start.
)";

using key_archive::KeyArchive;

// The library's name of the place where keys come from is no flag here; the message names the URL.
Error without_place(Error error) {
  if (error.field == "keys") error.field.clear();
  return error;
}

// What a set that was fetched holds.
struct Contents {
  std::size_t keys = 0;  // usable or not
  bool is_secret = false;
};

// The error says what the document is instead of a key set.
Result<Contents> read_set(const std::string& body, const std::string& name) {
  const Result<JwkSet> set = JwkSet::parse(body, Profile::strict, name);
  if (!set) return set.error();
  const bool is_secret =
      std::any_of(set->keys.begin(), set->keys.end(), [](const Jwk& key) { return key.is_private || !key.k.empty(); });
  return Contents{set->keys.size() + set->pem_keys.size() + set->skipped.size(), is_secret};
}

std::string line_of(const std::string& name, const KeyArchive::Stored& stored, std::size_t keys) {
  const std::string file = safe(stored.file);
  if (!stored.is_new) return name + ": unchanged since " + file + "\n";
  return name + ": new, " + std::to_string(keys) + (keys == 1 ? " key" : " keys") + ", " + file + "\n";
}

// Fetches one URL into the archive, which nobody else works on meanwhile: the order of snapshots is that of fetches.
Result<std::string> fetch(const std::string& url, const std::string& folder, const FetchOptions& options) {
  const std::string name = keys::shown_url(url);
  Result<KeyArchive> archive = KeyArchive::open(folder);
  if (!archive) return Error{"--archive: " + archive.error().message};
  const std::atomic<bool> never{false};
  const Result<keys::FetchedSet> fetched = keys::fetch_jwks(url, options, never);
  const Result<Contents> contents = fetched ? read_set(fetched->body, name) : Result<Contents>(fetched.error());
  if (!contents) {
    const Result<void> logged = archive->add_failure(name, contents.error().message);
    return logged ? contents.error() : logged.error();
  }
  const Result<KeyArchive::Stored> stored = archive->add(url, name, fetched->body, contents->is_secret);
  if (!stored) return stored.error();
  if (contents->is_secret && stored->is_new) {
    note(name +
         ": publishes private keys or secrets, so that its readers can sign; tell its owner. Only you can read " +
         stored->file);
  }
  return line_of(safe(name), *stored, contents->keys);
}

int run(Arguments& arguments) {
  const KeysFetchArguments& asked = arguments.keys_fetch;
  const FetchOptions& options = arguments.verifier.fetch;
  for (const std::string& url : asked.urls) {
    if (const Result<void> good = keys::check_jwks_url(url, options); !good)
      return fail("keys fetch", without_place(good.error()));
  }
  int exit_code = 0;
  for (const std::string& url : asked.urls) {
    const Result<std::string> line = fetch(url, asked.archive, options);
    if (!line) {
      exit_code = fail("keys fetch", without_place(line.error()));
    } else if (!asked.quiet) {
      std::fputs(line->c_str(), stdout);
    }
  }
  if (stdout_failed() && errno != EPIPE)
    return fail("keys fetch", std::string("cannot write to standard output: ") + std::strerror(errno));
  return exit_code;
}

}  // namespace

Command keys_fetch_command() {
  return {.name = "keys fetch",
          .summary = "Keep key sets as their URLs publish them, as dated snapshots",
          .footer = kExamples,
          .run = run};
}

}  // namespace assay::cli
