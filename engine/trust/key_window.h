// From when to when a key counts, and the words for tokens that were used outside.
//
// The windows are judged by the time at which a token was used, never by its iat: whoever holds the key writes iat.
// Plain values and pure functions, thread safe.
#pragma once

#include <string>

#include "assay/instant.h"
#include "assay/key_set.h"
#include "assay/reason.h"
#include "jose/time_rules.h"

namespace assay::trust {

class KeyWindow {
 public:
  // `name` of the key for people: its kid, or its thumbprint. `note` may be empty.
  KeyWindow(const KeyTimes& times, std::string name, std::string note);

  const KeyTimes& times() const noexcept { return times_; }
  const std::string& note() const noexcept { return note_; }
  // The moments at which nothing is held against the key. Empty if there are none.
  const jose::Interval& good() const noexcept { return good_; }

  // What is held against the key at a moment: key_not_yet_valid, key_retired and key_compromised, of which several may
  // hold.
  ReasonSet reasons(Instant at) const noexcept;
  // "key login-2025 is compromised from 2026-11-26T08:00:00Z on: private key found on a build host". `reason` is one of
  // reasons(at). Holds nothing of a token.
  std::string detail(Reason reason) const;

 private:
  KeyTimes times_;
  std::string name_, note_;
  jose::Interval good_;
};

// What holds if two sources speak of one key: the later not_before, and the earlier of the other borders.
KeyTimes stricter_of(const KeyTimes& one, const KeyTimes& other);
// `over` counts where it says something, `under` elsewhere: the trust file's word is put over that of a key set.
KeyTimes put_over(const KeyTimes& under, const KeyTimes& over);

}  // namespace assay::trust
