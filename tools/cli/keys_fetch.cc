// assay keys fetch: key sets as their URLs publish them, kept as dated snapshots.
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

// The keys of a document that was fetched, usable or not. The error says what it is instead of a key set.
Result<std::size_t> count_keys(const std::string& body, const std::string& name) {
  const Result<JwkSet> set = JwkSet::parse(body, Profile::strict, name);
  if (!set) return set.error();
  return set->keys.size() + set->pem_keys.size() + set->skipped.size();
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
  const Result<std::size_t> keys = fetched ? count_keys(fetched->body, name) : Result<std::size_t>(fetched.error());
  if (!keys) {
    const Result<void> logged = archive->add_failure(name, keys.error().message);
    return logged ? keys.error() : logged.error();
  }
  const Result<KeyArchive::Stored> stored = archive->add(url, name, fetched->body);
  if (!stored) return stored.error();
  return line_of(safe(name), *stored, *keys);
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
