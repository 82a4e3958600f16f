#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "assay/key_pair.h"
#include "assay/stream.h"
#include "assay/verifier.h"
#include "support/temp_dir.h"

namespace assay {
namespace {

using test::TempDir;

class VerifyStream : public testing::Test {
 protected:
  static constexpr const char* kSecret = "a secret of more than thirty-two bytes, for tests";

  static KeyPair make_pair() {
    Result<KeyPair> made = KeyPair::from_private(kSecret, Algorithm::HS256);
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
  }
  static JwtVerifier make_verifier() {
    JwtVerifierOptions options;
    options.keys.push_back({KeySource::Kind::secret_text, kSecret, "secret"});
    Result<JwtVerifier> made = JwtVerifier::create(std::move(options));
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
  }
  static constexpr std::uint64_t kMaxRecordsOfABlock = 16384;

  std::string token(const std::string& subject = "u1") const {
    TokenRequest request;
    request.subject = subject;
    request.issued_at = Instant{1790000000, 0};
    return pair_.create_token(request);
  }
  StreamOptions options(std::vector<std::string> inputs) const {
    StreamOptions made;
    made.inputs = std::move(inputs);
    made.output = dir_.path("out");
    made.at = Instant{1790000100, 0};
    made.threads = 1;
    return made;
  }
  // Many records of every kind, over several batches.
  std::string corpus() const {
    std::string text;
    for (int i = 0; i < 3000; ++i) {
      const std::string one = token("user" + std::to_string(i % 50));
      text += i % 7 == 0 ? "" : i % 5 == 0 ? one + "x" : i % 11 == 0 ? "Bearer " + one + "\r" : one;
      text += '\n';
    }
    return text;
  }

  TempDir dir_;
  KeyPair pair_ = make_pair();
  JwtVerifier verifier_ = make_verifier();
};

TEST_F(VerifyStream, GivesOneVerdictARecord) {
  const auto result =
      verify_stream(verifier_, options({dir_.write("in", token() + "\n\n" + token() + "x\r\nnot a token")}));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->records, 4u);
  EXPECT_EQ(result->accepted, 1u);
  EXPECT_EQ(result->rejected, 3u);
  const std::string out = dir_.read("out");
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 4);
  EXPECT_TRUE(out.starts_with(R"({"record":1,"line":1,"valid":true,"alg":"HS256",)")) << out;
  EXPECT_NE(
      out.find(
          R"({"record":2,"line":2,"valid":false,"alg":null,"kid":null,"signature":"unchecked","reason":"missing_token")"),
      std::string::npos)
      << out;
}

TEST_F(VerifyStream, RefusesToReplaceAFileThatItReadsOrWritesOtherwise) {
  const std::string in = dir_.write("in", token() + "\n");
  const std::string keys = dir_.write("keys", "k");
  std::filesystem::create_hard_link(in, dir_.path("link"));
  const auto refused = [&](const std::string& output, const std::string& summary, const std::string& field) {
    StreamOptions given = options({in});
    given.keep = {keys};
    given.output = output;
    given.summary = summary;
    const auto result = verify_stream(verifier_, given);
    ASSERT_FALSE(result) << output << " " << summary;
    EXPECT_EQ(result.error().field, field);
    EXPECT_NE(result.error().message.find("are one file"), std::string::npos) << result.error().message;
    EXPECT_EQ(dir_.read("keys"), "k");
    EXPECT_EQ(dir_.read("in"), token() + "\n");
  };
  refused(in, "", "output");
  refused(dir_.path("link"), "", "output");
  refused(keys, "", "output");
  refused(dir_.path("out"), dir_.path("out"), "summary");
  refused(dir_.path("out"), dir_.path("./out"), "summary");
  refused(dir_.path("out"), keys, "summary");
  refused("/dev/null", in, "summary");
  StreamOptions devices = options({in});
  devices.output = devices.summary = "/dev/null";
  EXPECT_TRUE(verify_stream(verifier_, devices));
}

TEST_F(VerifyStream, OpensEveryOutputBeforeItReads) {
  StreamOptions given = options({dir_.write("in", corpus())});
  given.summary = dir_.path("missing/summary");
  const auto result = verify_stream(verifier_, given);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("missing/summary"), std::string::npos);
  EXPECT_EQ(dir_.entries(), 1u);
}

TEST_F(VerifyStream, ReplacesTokensInCarriedFields) {
  const std::string record = R"({"token":"Bearer )" + token() + R"(","url":"/?t=)" + token() + "\"}\n";
  StreamOptions given = options({dir_.write("in", record)});
  given.carry = {"/token", "/url"};
  given.fingerprint = true;
  const auto result = verify_stream(verifier_, given);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->accepted, 1u);
  const std::string out = dir_.read("out");
  EXPECT_EQ(out.find(token()), std::string::npos) << out;
  const std::size_t at = out.find("\"ath\":\"") + 7;
  const std::string ath = out.substr(at, 43);
  EXPECT_NE(out.find(R"("carry":{"/token":"Bearer )" + ath + R"(","/url":"/?t=)" + ath + "\"}"), std::string::npos)
      << out;
}

TEST_F(VerifyStream, JudgesJsonAndTokensOfOneInput) {
  const std::string text = "INFO starting\n{\"token\":\"" + token() + "\"}\n\n" + token() + "\n\tat com.example.Main\n";
  const auto result = verify_stream(verifier_, options({dir_.write("in", text), dir_.write("b", token())}));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->records, 6u);
  EXPECT_EQ(result->accepted, 3u);
}

TEST_F(VerifyStream, TellsWhereTokensStandOnceForAnInput) {
  std::string elsewhere, text;
  for (int i = 0; i < 150; ++i) {
    elsewhere += R"({"authorization":"Bearer )" + token() + "\"}\n";
    text += "GET /?t=" + token() + " HTTP/1.1\n";
  }
  StreamOptions given =
      options({dir_.write("a", elsewhere), dir_.write("b", text), dir_.write("c", token() + "\n" + text),
               dir_.write("d", R"({"Records":[{"token":")" + token() + "\"}]}\n"),
               dir_.write("e", "[{\"token\":\"" + token() + "\"}]\n")});
  for (const int threads : {1, 4}) {
    given.threads = threads;
    std::vector<std::string> told;
    given.on_input_note = [&](const InputNote& note) {
      told.push_back(note.input.substr(note.input.size() - 1) + std::to_string(static_cast<int>(note.kind)) +
                     note.place);
    };
    const auto result = verify_stream(verifier_, given);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(told, (std::vector<std::string>{"a3/authorization", "b4", "d2/Records", "e0"})) << threads;
  }
}

TEST_F(VerifyStream, ReadsTimesAsToldAndSamplesTokensThatMissByHours) {
  std::string text;
  for (int i = 0; i < 10; ++i) {
    TokenRequest request;
    request.issued_at = Instant{1790000000 + i, 0};
    request.expires_in_seconds = 3600;
    // Local time of a zone two hours east, just after the token was issued.
    text += R"({"time":")" + to_rfc3339({1790000000 + i + 7200, 0}).substr(0, 19) + R"(","token":")" +
            pair_.create_token(request) + "\"}\n";
  }
  StreamOptions given = options({dir_.write("in", text)});
  given.at_record = true;
  auto result = verify_stream(verifier_, given);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->by_reason, (std::vector<std::pair<std::string, std::uint64_t>>{{"missing_time", 10}}));
  given.time_zone = "UTC";
  result = verify_stream(verifier_, given);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->rejected, 10u);
  EXPECT_EQ(result->expired_sampled, 10u);
  EXPECT_EQ(result->expired_by_whole_hours, 10u);
  given.time_zone = "+02:00";
  result = verify_stream(verifier_, given);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->accepted, 10u);
  given.time_format = "%Y-%m-%dT%H:%M:%S";
  EXPECT_EQ(verify_stream(verifier_, given)->accepted, 10u);
  given.time_format = "%d/%m/%Y %T";
  EXPECT_EQ(verify_stream(verifier_, given)->by_reason.front().first, "missing_time");
}

TEST_F(VerifyStream, WritesTheSameBytesForAnyNumberOfThreads) {
  StreamOptions given = options({dir_.write("a", corpus()), dir_.write("b", corpus())});
  given.summary = dir_.path("summary");
  std::string first_output, first_summary;
  for (const int threads : {1, 2, 4}) {
    given.threads = threads;
    const auto result = verify_stream(verifier_, given);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->records, 6000u);
    EXPECT_GT(result->accepted, 0u);
    const std::string output = dir_.read("out");
    // What follows the run's own times and threads.
    std::string summary = dir_.read("summary");
    summary.erase(0, summary.find(",\"records\":"));
    ASSERT_FALSE(summary.empty());
    if (threads == 1) {
      first_output = output;
      first_summary = summary;
    }
    EXPECT_TRUE(output == first_output) << threads << " threads";
    EXPECT_EQ(summary, first_summary) << threads << " threads";
  }
}

// More records in a block than a batch may hold, between others; the format found out, or given.
TEST_F(VerifyStream, NumbersTheRecordsOfCrowdedBlocksInOrder) {
  StreamOptions given = options({dir_.write("in", corpus() + std::string(300000, '\n') + corpus())});
  std::string first_output;
  for (const InputFormat format : {InputFormat::automatic, InputFormat::lines}) {
    for (const int threads : {1, 3}) {
      given.input = format;
      given.threads = threads;
      const auto result = verify_stream(verifier_, given);
      ASSERT_TRUE(result) << result.error().message;
      EXPECT_EQ(result->records, 306000u);
      EXPECT_EQ(result->bytes, std::filesystem::file_size(given.inputs[0]));
      const std::string output = dir_.read("out");
      if (first_output.empty()) first_output = output;
      EXPECT_TRUE(output == first_output) << threads << " threads";
    }
  }
  std::size_t at = 0;
  for (std::size_t record = 1; record <= 306000; ++record) {
    const std::string number = std::to_string(record);
    const std::string head = "{\"record\":" + number + ",\"line\":" + number + ",";
    ASSERT_EQ(first_output.compare(at, head.size(), head), 0) << record;
    at = first_output.find('\n', at) + 1;
  }
}

// Every range of these files holds many blocks. Accepted records show by their numbers that none before was lost.
TEST_F(VerifyStream, CountsAMillionTinyRecordsAlikeForAnyNumberOfThreads) {
  std::string mixed;
  for (int i = 0; i < 8; ++i) mixed += std::string(50000, '\n') + token() + '\n';
  const std::string tiny(600000, '\n');
  StreamOptions given = options({dir_.write("a", tiny), dir_.write("b", mixed)});
  given.input = InputFormat::lines;
  given.only = Only::accepted;
  std::string first;
  for (const int threads : {1, 2, 5}) {
    given.threads = threads;
    const auto result = verify_stream(verifier_, given);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->records, 1000008u);
    EXPECT_EQ(result->accepted, 8u);
    EXPECT_EQ(result->bytes, tiny.size() + mixed.size());
    if (first.empty()) first = dir_.read("out");
    EXPECT_TRUE(dir_.read("out") == first) << threads << " threads";
  }
  std::size_t at = 0;
  for (std::size_t i = 1; i <= 8; ++i, at = first.find('\n', at) + 1) {
    const std::string record = "{\"record\":" + std::to_string(600000 + i * 50001) + ",\"file\":";
    EXPECT_EQ(first.compare(at, record.size(), record), 0) << i;
  }
  EXPECT_EQ(at, first.size());
}

// What waits behind a crowded range is written before the run waits for the pipe that follows.
TEST_F(VerifyStream, WritesAllOfACrowdedFileBeforeItWaitsForAPipe) {
  for (const int threads : {1, 4}) {
    std::array<int, 2> in{};
    ASSERT_EQ(::pipe(in.data()), 0);
    StreamOptions given = options({dir_.write("in", std::string(200000, '\n')), "/dev/fd/" + std::to_string(in[0])});
    given.input = InputFormat::lines;
    given.threads = threads;
    std::array<int, 2> out{};
    ASSERT_EQ(::pipe(out.data()), 0);
    given.output = "/dev/fd/" + std::to_string(out[1]);
    std::thread run([&] {
      const auto result = verify_stream(verifier_, given);
      ASSERT_TRUE(result) << result.error().message;
      EXPECT_EQ(result->records, 200001u);
    });
    std::string text(1 << 16, '\0');
    const auto read_lines = [&](std::ptrdiff_t lines) {
      while (lines > 0) {
        const ssize_t got = ::read(out[0], text.data(), text.size());
        ASSERT_GT(got, 0);
        lines -= std::count(text.begin(), text.begin() + got, '\n');
      }
      EXPECT_EQ(lines, 0);
    };
    read_lines(200000);
    ASSERT_EQ(::write(in[1], "x\n", 2), 2);
    ::close(in[1]);
    read_lines(1);
    run.join();
    for (const int fd : {in[0], out[0], out[1]}) ::close(fd);
  }
}

// The end comes while ranges and blocks are on their way: all that was read is written, whole and in order.
TEST_F(VerifyStream, WritesWhatItHasReadWhenItIsStoppedAmongTinyRecords) {
  const std::string path = dir_.write("in", std::string(3000000, '\n'));
  for (const int threads : {1, 4}) {
    std::array<int, 2> out{};
    ASSERT_EQ(::pipe(out.data()), 0);
    std::atomic<int> stop{0};
    StreamOptions given = options({path});
    given.input = InputFormat::lines;
    given.threads = threads;
    given.stop = &stop;
    given.output = "/dev/fd/" + std::to_string(out[1]);
    std::uint64_t records = 0;
    std::thread run([&] {
      const auto result = verify_stream(verifier_, given);
      ASSERT_TRUE(result) << result.error().message;
      EXPECT_EQ(result->stopped_by, SIGTERM);
      records = result->records;
      ::close(out[1]);
    });
    std::string text(1 << 16, '\0'), last;
    std::uint64_t lines = 0;
    for (ssize_t got = 0; (got = ::read(out[0], text.data(), text.size())) > 0;) {
      if (lines == 0) stop = SIGTERM;
      lines += static_cast<std::uint64_t>(std::count(text.begin(), text.begin() + got, '\n'));
      last.assign(text, 0, static_cast<std::size_t>(got));
    }
    run.join();
    ::close(out[0]);
    EXPECT_EQ(lines, records);
    EXPECT_GT(records, kMaxRecordsOfABlock);
    EXPECT_LT(records, 3000000u);
    EXPECT_TRUE(last.ends_with('\n'));
    EXPECT_NE(last.find("{\"record\":" + std::to_string(records) + ","), std::string::npos);
  }
}

TEST_F(VerifyStream, WritesTheSameBytesWithAndWithoutAMemo) {
  JwtVerifierOptions without;
  without.keys.push_back({KeySource::Kind::secret_text, kSecret, "secret"});
  without.memo_memory = 0;
  const Result<JwtVerifier> no_memo = JwtVerifier::create(std::move(without));
  ASSERT_TRUE(no_memo);
  std::string text;
  for (int i = 0; i < 8; ++i) text += corpus();
  StreamOptions given = options({dir_.write("in", text)});
  given.summary = dir_.path("summary");
  const auto plain = verify_stream(*no_memo, given);
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(plain->recalled, 0u);
  const std::string expected = dir_.read("out");
  EXPECT_NE(dir_.read("summary").find("\"memo_lookups\":0,\"memo_hits\":0,\"memo_entries\":0,\"memo_bytes\":0,"),
            std::string::npos);
  for (const int threads : {1, 3}) {
    given.threads = threads;
    const auto result = verify_stream(verifier_, given);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(dir_.read("out") == expected) << threads << " threads";
    EXPECT_GT(result->recalled, result->accepted / 2);
    EXPECT_LE(result->recalled, result->accepted);
    const std::string hits = ",\"memo_hits\":" + std::to_string(result->recalled) + ",";
    EXPECT_NE(dir_.read("summary").find(hits), std::string::npos);
  }
}

TEST_F(VerifyStream, AnswersALoneRecordBeforeThePipeEnds) {
  std::array<int, 2> in{}, out{};
  ASSERT_EQ(::pipe(in.data()), 0);
  ASSERT_EQ(::pipe(out.data()), 0);
  StreamOptions given = options({"/dev/fd/" + std::to_string(in[0])});
  given.output = "/dev/fd/" + std::to_string(out[1]);
  std::thread run([&] { EXPECT_TRUE(verify_stream(verifier_, given)); });
  for (int i = 0; i < 3; ++i) {
    const std::string line = token() + "\n";
    ASSERT_EQ(::write(in[1], line.data(), line.size()), static_cast<ssize_t>(line.size()));
    std::string answer;
    for (char c = 0; c != '\n';) {
      ASSERT_EQ(::read(out[0], &c, 1), 1);
      answer += c;
    }
    EXPECT_TRUE(answer.starts_with("{\"record\":" + std::to_string(i + 1) + ",")) << answer;
  }
  ::close(in[1]);
  run.join();
  for (const int fd : {in[0], out[0], out[1]}) ::close(fd);
}

TEST_F(VerifyStream, EndsQuietlyWhenTheOutputIsClosed) {
  std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> out{};
  ASSERT_EQ(::pipe(out.data()), 0);
  const int reader = ::dup(out[0]);
  StreamOptions given = options({dir_.write("in", corpus())});
  given.output = "/dev/fd/" + std::to_string(out[1]);
  ::close(out[0]);
  std::thread close_late([&] {
    char c = 0;
    EXPECT_EQ(::read(reader, &c, 1), 1);
    ::close(reader);
  });
  const auto result = verify_stream(verifier_, given);
  close_late.join();
  ::close(out[1]);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->output_closed);
}

TEST_F(VerifyStream, TellsAFullDisk) {
  StreamOptions given = options({dir_.write("in", corpus())});
  given.output = "/dev/full";
  given.threads = 4;
  const auto result = verify_stream(verifier_, given);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("No space left on device"), std::string::npos);
}

TEST_F(VerifyStream, RefusesInputsThatCannotBeRead) {
  EXPECT_FALSE(verify_stream(verifier_, options({dir_.path("missing")})));
  EXPECT_EQ(dir_.entries(), 0u);
}

TEST_F(VerifyStream, NamesTheOptionThatIsWrong) {
  const auto refused = [&](const std::string& field, auto set) {
    StreamOptions given = options({dir_.write("in", token())});
    set(given);
    const auto result = verify_stream(verifier_, given);
    EXPECT_EQ(result ? "" : result.error().field, field);
    EXPECT_EQ(dir_.entries(), 1u);
    return result ? "" : result.error().message;
  };
  const std::string message = "cannot read 'x' as a JSON pointer (RFC 6901); begin it with '/', such as /request/token";
  EXPECT_EQ(refused("token_field", [](StreamOptions& given) { given.token_field = "x"; }), message);
  EXPECT_EQ(refused("time_field", [](StreamOptions& given) { given.time_field = "x"; }), message);
  EXPECT_EQ(refused("carry", [](StreamOptions& given) { given.carry = {"/id", "x"}; }), message);
  refused("at_record", [](StreamOptions& given) {
    given.at_record = true;
    given.input = InputFormat::lines;
  });
  refused("time_format", [](StreamOptions& given) { given.time_format = "%H:%M"; });
  refused("time_zone", [](StreamOptions& given) { given.time_zone = "Europe/Berln"; });
}

TEST_F(VerifyStream, JudgesEachRecordAtItsOwnTime) {
  const std::string one = token();
  StreamOptions given =
      options({dir_.write("in", "{\"token\":\"" + one + "\",\"time\":1790000100,\"id\":7}\n{\"token\":\"" + one +
                                    "\",\"time\":1800000000,\"id\":8}\n{\"token\":\"" + one + "\"}\n")});
  given.at_record = true;
  given.carry = {"/id"};
  const auto result = verify_stream(verifier_, given);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->accepted, 1u);
  const std::string out = dir_.read("out");
  EXPECT_NE(out.find(R"(,"carry":{"/id":7}})"), std::string::npos) << out;
  EXPECT_NE(out.find(R"("reason":"token_expired")"), std::string::npos) << out;
  EXPECT_NE(out.find(R"("reason":"missing_time")"), std::string::npos) << out;
}

// `stop` is set already, so the wait for the reader ends at once.
TEST_F(VerifyStream, SaysThatAFileWasNotWrittenWhenItIsStoppedWhileAnotherOutputWaits) {
  ASSERT_EQ(::mkfifo(dir_.path("pipe").c_str(), 0600), 0);
  std::atomic<int> stop{SIGTERM};
  StreamOptions given = options({dir_.write("in", token())});
  given.stop = &stop;
  given.summary = dir_.path("pipe");
  const auto file_dropped = verify_stream(verifier_, given);
  ASSERT_TRUE(file_dropped) << file_dropped.error().message;
  EXPECT_EQ(file_dropped->stopped_by, SIGTERM);
  EXPECT_TRUE(file_dropped->output_dropped);
  EXPECT_FALSE(std::filesystem::exists(given.output));

  std::swap(given.output, given.summary);  // the verdicts go through the pipe, and nothing of them is a file
  const auto pipe_waits = verify_stream(verifier_, given);
  ASSERT_TRUE(pipe_waits) << pipe_waits.error().message;
  EXPECT_EQ(pipe_waits->stopped_by, SIGTERM);
  EXPECT_FALSE(pipe_waits->output_dropped);
}

TEST_F(VerifyStream, SaysThatAnOutputCannotBeWrittenEvenIfItIsStopped) {
  std::atomic<int> stop{SIGTERM};
  StreamOptions given = options({dir_.write("in", token())});
  given.stop = &stop;
  given.summary = dir_.path("no_such_folder/sum");
  const auto result = verify_stream(verifier_, given);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("no_such_folder/sum"), std::string::npos) << result.error().message;
}

TEST_F(VerifyStream, PassesOnWhatACallbackThrows) {
  struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  StreamOptions at_the_end = options({dir_.write("in", token())});
  at_the_end.on_progress = [](const StreamOptions::Progress&) { throw Refused("by on_progress"); };
  EXPECT_THROW((void)verify_stream(verifier_, at_the_end), Refused);
  StreamOptions in_a_stage = options({dir_.write("list", "[\n" + token() + "\n]\n")});
  bool was_called = false;
  in_a_stage.on_input_note = [&](const InputNote&) {
    was_called = true;
    throw Refused("by on_input_note");
  };
  EXPECT_THROW((void)verify_stream(verifier_, in_a_stage), Refused);
  EXPECT_TRUE(was_called);
  EXPECT_EQ(dir_.entries(), 2u);  // no output
}

TEST_F(VerifyStream, StopsAtASignalAndLeavesNoHalfFile) {
  std::atomic<int> stop{SIGINT};
  StreamOptions given = options({dir_.write("in", corpus())});
  given.stop = &stop;
  const auto result = verify_stream(verifier_, given);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->stopped_by, SIGINT);
  EXPECT_EQ(dir_.entries(), 1u);
}

TEST_F(VerifyStream, CountsRecordsByAlgorithmIfAsked) {
  // {"alg":"RS256"}, {"alg":"none"}
  StreamOptions given = options(
      {dir_.write("in", token() + "\neyJhbGciOiJSUzI1NiJ9.e30.AAAA\n" + token() + "x\neyJhbGciOiJub25lIn0.e30.\n\n")});
  const auto plain = verify_stream(verifier_, given);
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_TRUE(plain->by_algorithm.empty());
  given.count_algorithms = true;
  given.format = OutputFormat::none;
  const auto counted = verify_stream(verifier_, given);
  ASSERT_TRUE(counted) << counted.error().message;
  const std::vector<std::pair<std::string, std::uint64_t>> expected = {{"RS256", 1}, {"HS256", 2}};
  EXPECT_EQ(counted->by_algorithm, expected);
}

TEST_F(VerifyStream, KeepsATokenWhoseHmacFailedIfAsked) {
  Result<KeyPair> other = KeyPair::from_private("another secret of more than thirty-two bytes", Algorithm::HS256);
  ASSERT_TRUE(other) << other.error().message;
  const std::string forged = other->create_token({});
  StreamOptions given = options({dir_.write("in", token() + "\nx\n" + forged + "\n" + token() + "\n")});
  const auto plain = verify_stream(verifier_, given);
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(plain->failed_hmac, "");
  given.keep_failed_hmac = true;
  const auto kept = verify_stream(verifier_, given);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->failed_hmac, forged);
  given.inputs = {dir_.write("good", token() + "\nx\n")};
  const auto good = verify_stream(verifier_, given);
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->failed_hmac, "");
}

TEST_F(VerifyStream, GivesNothingForEmptyInput) {
  const auto result = verify_stream(verifier_, options({dir_.write("in", "")}));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->records, 0u);
  EXPECT_EQ(dir_.read("out"), "");
}

}  // namespace
}  // namespace assay
