#include "base/zone.h"

#include <gtest/gtest.h>

#include <string>

#include "assay/instant.h"

namespace assay::base {
namespace {

Zone zone(std::string_view name) {
  Result<Zone> found = Zone::find(name);
  EXPECT_TRUE(found) << name << ": " << (found ? "" : found.error().message);
  return found ? *found : Zone();
}

std::int64_t utc(const std::string& text) {
  const auto at = parse_rfc3339(text);
  EXPECT_TRUE(at) << text;
  return at ? at->seconds : 0;
}
// A local time, as if it were UTC.
std::int64_t local(const std::string& text) { return utc(text + "Z"); }

TEST(Zone, KnowsBothTurnsOf2026) {
  struct Case {
    const char* zone;
    const char* local;
    const char* utc;
    bool repeated, skipped;
  };
  for (const Case& c : {
           Case{"Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z", false, false},
           {"Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T01:00:00Z", false, true},
           {"Europe/Berlin", "2026-03-29T02:59:59", "2026-03-29T01:59:59Z", false, true},
           {"Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z", false, false},
           {"Europe/Berlin", "2026-10-25T01:59:59", "2026-10-24T23:59:59Z", false, false},
           {"Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T00:00:00Z", true, false},
           {"Europe/Berlin", "2026-10-25T02:59:59", "2026-10-25T00:59:59Z", true, false},
           {"Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z", false, false},
           {"America/New_York", "2026-03-08T01:59:59", "2026-03-08T06:59:59Z", false, false},
           {"America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z", false, true},
           {"America/New_York", "2026-03-08T03:00:00", "2026-03-08T07:00:00Z", false, false},
           {"America/New_York", "2026-11-01T00:59:59", "2026-11-01T04:59:59Z", false, false},
           {"America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z", true, false},
           {"America/New_York", "2026-11-01T02:00:00", "2026-11-01T07:00:00Z", false, false},
           // The south, half an hour, a whole day, and no summer time at all.
           {"Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z", true, false},
           {"Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z", false, true},
           {"Asia/Kolkata", "2026-07-01T12:00:00", "2026-07-01T06:30:00Z", false, false},
           {"Asia/Tokyo", "2026-07-01T12:00:00", "2026-07-01T03:00:00Z", false, false},
           {"Africa/Casablanca", "2026-07-01T12:00:00", "2026-07-01T11:00:00Z", false, false},
       }) {
    const Zone::Reading reading = zone(c.zone).to_utc(local(c.local));
    EXPECT_EQ(to_rfc3339({reading.seconds, 0}), c.utc) << c.zone << " " << c.local;
    EXPECT_EQ(reading.repeated, c.repeated) << c.zone << " " << c.local;
    EXPECT_EQ(reading.skipped, c.skipped) << c.zone << " " << c.local;
  }
}

TEST(Zone, KnowsThePastAndTheFarFuture) {
  const Zone berlin = zone("Europe/Berlin");
  EXPECT_EQ(berlin.offset_at(utc("1900-01-01T00:00:00Z")), 3600);
  EXPECT_EQ(berlin.offset_at(utc("1975-07-01T00:00:00Z")), 3600);
  EXPECT_EQ(berlin.offset_at(utc("1985-07-01T00:00:00Z")), 7200);
  // Behind the last change that the file lists, its rule holds.
  for (const char* year : {"2038", "2100", "2437", "2438", "3000", "9999"}) {
    EXPECT_EQ(berlin.offset_at(utc(std::string(year) + "-07-01T00:00:00Z")), 7200) << year;
    EXPECT_EQ(berlin.offset_at(utc(std::string(year) + "-12-01T00:00:00Z")), 3600) << year;
    EXPECT_EQ(zone("America/Sao_Paulo").offset_at(utc(std::string(year) + "-12-01T00:00:00Z")), -3 * 3600) << year;
  }
  EXPECT_EQ(berlin.offset_at(utc("2100-03-28T00:59:59Z")), 3600);
  EXPECT_EQ(berlin.offset_at(utc("2100-03-28T01:00:00Z")), 7200);
  EXPECT_EQ(berlin.offset_at(utc("2500-03-28T00:59:59Z")), 3600);
  EXPECT_EQ(berlin.offset_at(utc("2500-03-28T01:00:00Z")), 7200);
}

TEST(Zone, TurnsEveryMomentThereAndBack) {
  for (const char* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC",
                           "-03:30", "Europe/Dublin", "America/St_Johns", "Asia/Tehran", "Antarctica/Troll"}) {
    const Zone there = zone(name);
    for (std::int64_t at = utc("2020-01-01T00:00:00Z"); at < utc("2045-01-01T00:00:00Z"); at += 1800 * 7) {
      const Zone::Reading back = there.to_utc(at + there.offset_at(at));
      EXPECT_FALSE(back.skipped) << name << " " << at;
      if (back.repeated) {
        EXPECT_LE(back.seconds, at) << name;
      } else {
        ASSERT_EQ(back.seconds, at) << name;
      }
    }
  }
}

TEST(Zone, ReadsOffsets) {
  for (const auto& [name, east] : {std::pair{"UTC", 0},
                                   {"Z", 0},
                                   {"GMT", 0},
                                   {"+00:00", 0},
                                   {"+05:30", 19800},
                                   {"-0800", -28800},
                                   {"+14", 50400}}) {
    EXPECT_EQ(zone(name).offset_at(0), east) << name;
    EXPECT_EQ(zone(name).to_utc(0).seconds, -east) << name;
    EXPECT_EQ(zone(name).name(), name);
  }
  EXPECT_EQ(Zone().name(), "UTC");
}

TEST(Zone, RefusesWhatIsNoZone) {
  for (const char* name : {"",
                           "x",
                           "local",
                           "localtime",
                           "posixrules",
                           "posix/Europe/Berlin",
                           "right/Europe/Berlin",
                           "../zoneinfo/Europe/Berlin",
                           "Europe/../Europe/Berlin",
                           "/usr/share/zoneinfo/Europe/Berlin",
                           "Europe",
                           "Europe/",
                           "Europe//Berlin",
                           "europe/berlin",
                           "tzdata.zi",
                           "zone.tab",
                           "leapseconds",
                           "+5",
                           "+0160",
                           "+25:00",
                           "+01:0",
                           "+1:00",
                           "+01:00 x",
                           "UTC+1",
                           "Europe/Berlin\n",
                           "+01:000"}) {
    const Result<Zone> found = Zone::find(name);
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().field, "time_zone");
    EXPECT_NE(found.error().message.find("+01:00"), std::string::npos) << found.error().message;
  }
  EXPECT_FALSE(Zone::find(std::string(5000, 'A')));
  EXPECT_FALSE(Zone::find(std::string_view("Europe/Berlin\0", 14)));
}

TEST(Zone, NamesTheZoneThatWasMeant) {
  for (const auto& [slip, meant] : {std::pair{"Europe/Berln", "Europe/Berlin"},
                                    {"europe/berlin", "Europe/Berlin"},
                                    {"America/NewYork", "America/New_York"},
                                    {"Asia/Calcuta", "Asia/Calcutta"},
                                    {"Tokyo", "Asia/Tokyo"}}) {
    const Result<Zone> found = Zone::find(slip);
    ASSERT_FALSE(found) << slip;
    EXPECT_NE(found.error().message.find("did you mean " + std::string(meant) + "?"), std::string::npos)
        << found.error().message;
  }
}

}  // namespace
}  // namespace assay::base
