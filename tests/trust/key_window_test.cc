#include "trust/key_window.h"

#include <gtest/gtest.h>

#include <limits>

namespace assay::trust {
namespace {

constexpr Instant kFrom{1000, 5}, kRetired{2000, 0}, kLeaked{1500, 999'999'999};

Instant before(Instant at) {
  return at.nanoseconds == 0 ? Instant{at.seconds - 1, 999'999'999} : Instant{at.seconds, at.nanoseconds - 1};
}

ReasonSet set_of(std::initializer_list<Reason> reasons) {
  ReasonSet set;
  for (const Reason reason : reasons) set.insert(reason);
  return set;
}

TEST(KeyWindow, IsHalfOpenToTheNanosecond) {
  const KeyWindow window({kFrom, kRetired, kLeaked}, "k", "");
  EXPECT_EQ(window.reasons(before(kFrom)), set_of({Reason::key_not_yet_valid}));
  EXPECT_TRUE(window.reasons(kFrom).empty());
  EXPECT_TRUE(window.reasons(before(kLeaked)).empty());
  EXPECT_EQ(window.reasons(kLeaked), set_of({Reason::key_compromised}));
  EXPECT_EQ(window.reasons(before(kRetired)), set_of({Reason::key_compromised}));
  EXPECT_EQ(window.reasons(kRetired), set_of({Reason::key_retired, Reason::key_compromised}));
}

TEST(KeyWindow, GoodHoldsExactlyWhereThereIsNoReason) {
  for (const KeyTimes& times :
       {KeyTimes{}, KeyTimes{kFrom, {}, {}}, KeyTimes{{}, kRetired, {}}, KeyTimes{{}, {}, kLeaked},
        KeyTimes{kFrom, kRetired, kLeaked}, KeyTimes{kRetired, kFrom, {}}}) {
    const KeyWindow window(times, "k", "");
    for (const Instant border : {kFrom, kRetired, kLeaked, Instant{std::numeric_limits<std::int64_t>::min() + 1, 0},
                                 Instant{std::numeric_limits<std::int64_t>::max() - 1, 0}}) {
      for (const Instant at : {before(border), border})
        EXPECT_EQ(window.good().contains(at), window.reasons(at).empty());
    }
  }
}

TEST(KeyWindow, SaysTheKeyTheBorderAndTheNote) {
  const KeyWindow window({kFrom, kRetired, kLeaked}, "login-2025", "private key found\non a build host");
  EXPECT_EQ(window.detail(Reason::key_not_yet_valid),
            "key login-2025 does not count before 1970-01-01T00:16:40.000000005Z: private key found on a build host");
  EXPECT_EQ(window.detail(Reason::key_retired),
            "key login-2025 is retired from 1970-01-01T00:33:20Z on: private key found on a build host");
  EXPECT_EQ(KeyWindow({{}, {}, kLeaked}, "k", "").detail(Reason::key_compromised),
            "key k is compromised from 1970-01-01T00:25:00.999999999Z on");
}

TEST(KeyTimes, TheStricterOfTwoCounts) {
  EXPECT_EQ(stricter_of({kFrom, kRetired, {}}, {kLeaked, kFrom, kLeaked}), (KeyTimes{kLeaked, kFrom, kLeaked}));
  EXPECT_EQ(stricter_of({}, {kFrom, kRetired, kLeaked}), (KeyTimes{kFrom, kRetired, kLeaked}));
  EXPECT_EQ(put_over({kFrom, kRetired, {}}, {{}, kLeaked, kLeaked}), (KeyTimes{kFrom, kLeaked, kLeaked}));
}

}  // namespace
}  // namespace assay::trust
