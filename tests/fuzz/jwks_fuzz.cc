// Any text as a JWK Set, in both profiles: every key that is kept can be prepared or is refused with a message.
#include "assay/key_set.h"
#include "fuzz.h"
#include "keys/prepared_key.h"
#include "keys/public_key.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  for (const Profile profile : {Profile::strict, Profile::fastmcp}) {
    const auto set = JwkSet::parse(fuzz::text_of(data, size), profile, "fuzz");
    if (!set) {
      fuzz::require(!set.error().message.empty(), "an error has a message");
      continue;
    }
    for (const std::string& note : set->notes) {
      fuzz::require(note.find('\n') == std::string::npos, "a note is one line");
    }
    for (const Jwk& jwk : set->keys) {
      const auto key = keys::prepare_key(jwk, profile);
      if (!key) fuzz::require(!key.error().message.empty(), "an error has a message");
    }
  }
  for (const Profile profile : {Profile::strict, Profile::fastmcp}) {
    const auto key = keys::read_public_key(fuzz::text_of(data, size), profile, "fuzz");
    if (!key) {
      fuzz::require(!key.error().message.empty(), "an error has a message");
      fuzz::require(key.error().message.find('\n') == std::string::npos, "an error is one line");
    }
  }
  return 0;
}
