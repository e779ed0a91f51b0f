// examples/chat under real clients, well and badly behaved: everybody sees every arrival, departure
// and line once, and all in one order (ORD-5).
#include <fcntl.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>

#include "tests/examples/program.hpp"
#include "tests/ground/tcp_support.hpp"

namespace souk::examples_test {
namespace {

SOUK_EXAMPLE_ON_EACH_VM(ChatExample);

using ground::test::client;
using ground::test::dial;
using ground::test::free_port;

/// One user of the chat: what it wants to send, and the lines it has received.
class user {
 public:
  explicit user(std::uint16_t port, int receive_buffer = 0) : socket_{dial(port, receive_buffer)} {
    ::fcntl(socket_.fd(), F_SETFL, ::fcntl(socket_.fd(), F_GETFL) | O_NONBLOCK);
  }

  void say(std::string_view text) { outgoing_.append(text); }
  void shutdown_write() { closing_ = leaving_ = true; }
  void reset() { socket_.reset(), over_ = true; }
  void close() { socket_.close(), over_ = true; }

  [[nodiscard]] int fd() const { return socket_.fd(); }
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] bool may_talk() const { return !over_ && !leaving_ && !name().empty(); }
  [[nodiscard]] bool wants_to_send() const { return !outgoing_.empty() || closing_; }
  [[nodiscard]] bool has_sent_all() const { return outgoing_.empty(); }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  [[nodiscard]] bool has(std::string_view line) const {
    return std::find(lines_.begin(), lines_.end(), line) != lines_.end();
  }
  /// "user7"; empty before the server has said it.
  [[nodiscard]] std::string name() const {
    constexpr std::string_view hello = "You are ";
    if (lines_.empty() || !lines_[0].starts_with(hello)) return {};
    return lines_[0].substr(hello.size(), lines_[0].size() - hello.size() - 1);
  }

  void send_some() {
    while (!outgoing_.empty()) {
      const auto n = ::send(fd(), outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
      if (n < 0) return;
      outgoing_.erase(0, static_cast<std::size_t>(n));
    }
    if (std::exchange(closing_, false)) socket_.shutdown_write();
  }
  void receive_some() {
    static std::array<char, 256 * 1024> buffer;
    const auto n = ::recv(fd(), buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      over_ = true;
      return;
    }
    for (std::string_view got{buffer.data(), static_cast<std::size_t>(n)}; !got.empty();) {
      const auto end = got.find('\n');
      partial_.append(got.substr(0, end));
      if (end == std::string_view::npos) return;
      lines_.push_back(std::exchange(partial_, {}));
      got.remove_prefix(end + 1);
    }
  }

 private:
  client socket_;
  std::string outgoing_;
  std::string partial_;
  std::vector<std::string> lines_;
  bool closing_ = false;
  bool leaving_ = false;
  bool over_ = false;
};

/// The server, and its users, all served by the thread of the test.
class room {
 public:
  room() : server{on_each_vm::run("chat", {"--port", std::to_string(port)})} {}

  user& join(int receive_buffer = 0) {
    users_.push_back(std::make_unique<user>(port, receive_buffer));
    return *users_.back();
  }
  /// Lets everybody send and receive until it is so; users in `deaf` do not receive.
  template <class Condition>
  [[nodiscard]] bool until(Condition is_so) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!is_so()) {
      std::vector<pollfd> polled;
      std::vector<user*> who;
      for (const auto& u : users_) {
        if (u->over()) continue;
        const bool listens = deaf.count(u.get()) == 0;
        const int events = (listens ? POLLIN : 0) | (u->wants_to_send() ? POLLOUT : 0);
        if (events == 0) continue;
        polled.push_back({u->fd(), static_cast<short>(events), 0});
        who.push_back(u.get());
      }
      if (std::chrono::steady_clock::now() > deadline) return false;
      ::poll(polled.data(), polled.size(), 1000);
      for (std::size_t i = 0; i < who.size(); ++i) {
        if ((polled[i].revents & POLLOUT) != 0) who[i]->send_some();
        if ((polled[i].revents & ~POLLOUT) != 0) who[i]->receive_some();
      }
    }
    return true;
  }
  [[nodiscard]] bool everybody_listening(std::string_view hears) {
    return until([&] {
      return std::all_of(users_.begin(), users_.end(), [&](const auto& u) {
        return u->over() || deaf.count(u.get()) > 0 || u->has(hears);
      });
    });
  }
  [[nodiscard]] const std::vector<std::unique_ptr<user>>& users() const { return users_; }

  const std::uint16_t port = free_port();
  program server;
  std::set<const user*> deaf;

 private:
  std::vector<std::unique_ptr<user>> users_;
};

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

std::size_t place_of(const std::vector<std::string>& lines, const std::string& line) {
  const auto found = std::find(lines.begin(), lines.end(), line);
  return found == lines.end() ? nowhere : static_cast<std::size_t>(found - lines.begin());
}

/// Who was there when the line at `end` was written, by arrivals and departures before it.
std::set<std::string> present_before(const std::vector<std::string>& lines, std::size_t end) {
  std::set<std::string> present;
  for (std::size_t i = 0; i < end; ++i) {
    const auto space = lines[i].find(' ');
    const std::string who = lines[i].substr(0, space);
    if (lines[i] == who + " arrived.") present.insert(who);
    if (lines[i] == who + " departed.") present.erase(who);
  }
  return present;
}

/// Compares what `one` saw with what the first user, who was there all the time, saw.
void expect_same_story(const user& one, const user& first) {
  ASSERT_FALSE(one.name().empty());
  const auto& all = first.lines();
  const std::size_t arrival = place_of(all, one.name() + " arrived.");
  ASSERT_NE(arrival, nowhere) << one.name() << " arrived unseen";
  auto expected_there = present_before(all, arrival);
  expected_there.insert(first.name());
  std::set<std::string> there;
  std::size_t i = 1;
  for (; i < one.lines().size() && there.size() < expected_there.size(); ++i) {
    const std::string& line = one.lines()[i];
    ASSERT_TRUE(line.ends_with(" arrived.")) << line.substr(0, 80);
    there.insert(line.substr(0, line.find(' ')));
  }
  if (i < one.lines().size()) {
    EXPECT_EQ(there, expected_there);
  }
  // From then on, the same lines in the same order.
  for (std::size_t at = arrival + 1; i < one.lines().size(); ++i, ++at) {
    ASSERT_LT(at, all.size());
    ASSERT_EQ(one.lines()[i].substr(0, 80), all[at].substr(0, 80)) << one.name() << ", line " << i;
    ASSERT_TRUE(one.lines()[i] == all[at]);
  }
}

void expect_once(const user& first, const std::string& line) {
  EXPECT_EQ(std::count(first.lines().begin(), first.lines().end(), line), 1) << line.substr(0, 80);
}

TEST_P(ChatExample, TwoUsersTalkAsInThePaper) {
  room r;
  user& one = r.join();
  ASSERT_TRUE(r.until([&] { return !one.name().empty(); }));
  user& two = r.join();
  ASSERT_TRUE(r.until([&] { return two.lines().size() == 2 && one.lines().size() == 2; }));
  one.say("hello\n");
  ASSERT_TRUE(r.everybody_listening(one.name() + ": hello"));
  two.say("hi\r\n");
  ASSERT_TRUE(r.everybody_listening(two.name() + ": hi"));
  two.shutdown_write();
  ASSERT_TRUE(r.until([&] { return two.over() && one.has(two.name() + " departed."); }));
  const std::string a = one.name();
  const std::string b = two.name();
  EXPECT_THAT(one.lines(), ::testing::ElementsAre("You are " + a + ".", b + " arrived.",
                                                  a + ": hello", b + ": hi", b + " departed."));
  EXPECT_THAT(two.lines(), ::testing::ElementsAre("You are " + b + ".", a + " arrived.",
                                                  a + ": hello", b + ": hi"));
}

TEST_P(ChatExample, FiftyUsersSeeOneStory) {
  room r;
  std::mt19937 dice{1};
  user& first = r.join();
  ASSERT_TRUE(r.until([&] { return !first.name().empty(); }));
  for (int i = 1; i < 50; ++i) r.join();
  ASSERT_TRUE(r.until([&] {
    return std::all_of(r.users().begin(), r.users().end(),
                       [](const auto& u) { return !u->name().empty(); });
  }));

  // Everybody talks; now and then somebody leaves, well or badly, and another joins.
  std::vector<std::string> said;      // arrive for certain
  std::vector<const user*> departed;  // leave for certain
  auto unique = [n = 0](user& u) mutable {
    return "line " + std::to_string(n++) + " of " + u.name();
  };
  for (int round = 0; round < 12; ++round) {
    std::vector<user*> here;
    for (const auto& u : r.users()) {
      if (u->may_talk()) here.push_back(u.get());
    }
    std::shuffle(here.begin(), here.end(), dice);
    for (user* const u : here) {
      const std::string text = unique(*u);
      u->say(text + (dice() % 2 == 0 ? "\n" : "\r\n"));
      said.push_back(u->name() + ": " + text);
    }
    std::erase(here, &first);
    user& polite = *here[0];  // in the middle of a line
    const std::string rest = unique(polite);
    polite.say(rest);
    polite.shutdown_write();
    said.push_back(polite.name() + ": " + rest);
    user& rude = *here[1];
    user& broken = *here[2];
    // A reset may overtake what was sent before it: not what has been heard.
    ASSERT_TRUE(r.until([&] {
      return std::all_of(said.end() - static_cast<std::ptrdiff_t>(here.size()) - 2, said.end(),
                         [&](const auto& line) { return first.has(line); });
    }));
    rude.say("never finish");
    rude.send_some();
    rude.close();
    broken.reset();
    departed.insert(departed.end(), {&polite, &rude, &broken});
    for (int i = 0; i < 3; ++i) r.join();
  }
  ASSERT_TRUE(r.until([&] {
    return std::all_of(r.users().begin(), r.users().end(),
                       [](const auto& u) { return !u->name().empty(); });
  }));
  first.say("the end\n");
  ASSERT_TRUE(r.everybody_listening(first.name() + ": the end"));
  for (const user* const u : departed) {
    ASSERT_TRUE(r.until([&] { return first.has(u->name() + " departed."); })) << u->name();
    expect_once(first, u->name() + " departed.");
  }
  for (const auto& line : said) expect_once(first, line);
  for (const auto& u : r.users()) {
    if (u.get() == &first) continue;
    expect_once(first, u->name() + " arrived.");
    expect_same_story(*u, first);
  }
  r.server.signal(SIGINT);
  ASSERT_TRUE(r.until([&] {
    return std::all_of(r.users().begin(), r.users().end(), [](const auto& u) { return u->over(); });
  }));
  EXPECT_EQ(r.server.wait(), 0);
  EXPECT_EQ(r.server.output(), "");
}

TEST_P(ChatExample, LinesOfAMebibyteAndBytesThatAreNoTextPassUnchanged) {
  room r;
  user& first = r.join();
  ASSERT_TRUE(r.until([&] { return !first.name().empty(); }));
  for (int i = 1; i < 5; ++i) r.join();
  ASSERT_TRUE(r.until([&] {
    return std::all_of(r.users().begin(), r.users().end(),
                       [](const auto& u) { return !u->name().empty(); });
  }));
  std::string strange;
  for (int byte = 0; byte < 256; ++byte) {
    if (byte != '\n' && byte != '\r') strange += static_cast<char>(byte);
  }
  strange += "\xff\xfe\xc0\x80 not UTF-8";
  std::vector<std::string> said;
  for (const auto& u : r.users()) {
    std::string line = ground::test::pattern(1 << 20, static_cast<std::uint32_t>(said.size()) + 1);
    for (char& c : line) {
      if (c == '\n' || c == '\r') c = '.';
    }
    std::string both = line;
    both.append("\n").append(strange).append("\n");
    u->say(both);
    said.push_back(u->name() + ": " + line);
    said.push_back(u->name() + ": " + strange);
  }
  for (const auto& line : said) ASSERT_TRUE(r.everybody_listening(line));
  for (const auto& u : r.users()) {
    if (u.get() != &first) expect_same_story(*u, first);
  }
}

TEST_P(ChatExample, WhoNeverReadsDoesNotHoldUpTheOthers) {
  room r;
  user& first = r.join();
  user& deaf = r.join(4096);
  ASSERT_TRUE(r.until([&] { return !first.name().empty() && !deaf.name().empty(); }));
  user& third = r.join();
  ASSERT_TRUE(
      r.until([&] { return !third.name().empty() && deaf.has(third.name() + " arrived."); }));
  r.deaf.insert(&deaf);
  // More than the system keeps for one connection.
  const std::string line(1 << 20, 'x');
  for (int i = 0; i < 12; ++i) {
    third.say(std::to_string(i) + line + "\n");
    ASSERT_TRUE(r.everybody_listening(third.name() + ": " + std::to_string(i) + line));
  }
  EXPECT_FALSE(first.has(deaf.name() + " departed.")) << "it is within the limit";
  r.deaf.clear();
  ASSERT_TRUE(r.everybody_listening(third.name() + ": 11" + line));
  expect_same_story(third, first);
}

TEST_P(ChatExample, CtrlCInTheMiddleGivesEverybodyTheSameEnd) {
  room r;
  user& first = r.join();
  ASSERT_TRUE(r.until([&] { return !first.name().empty(); }));
  for (int i = 1; i < 20; ++i) r.join();
  ASSERT_TRUE(r.until([&] {
    return std::all_of(r.users().begin(), r.users().end(),
                       [](const auto& u) { return !u->name().empty(); });
  }));
  for (int i = 0; i < 50; ++i) {
    for (const auto& u : r.users())
      u->say("line " + std::to_string(i) + " " + std::string(200, 'y') + "\n");
  }
  ASSERT_TRUE(r.until([&] { return first.lines().size() > 100; }));
  r.server.signal(SIGINT);
  ASSERT_TRUE(r.until([&] {
    return std::all_of(r.users().begin(), r.users().end(), [](const auto& u) { return u->over(); });
  }));
  EXPECT_EQ(r.server.wait(), 0);
  for (const auto& u : r.users()) {
    if (u.get() == &first) continue;
    expect_same_story(*u, first);
    EXPECT_TRUE(u->lines().back() == first.lines().back()) << u->name() << " did not get all";
  }
}

TEST_P(ChatExample, NcUsersComeTalkAndAreKilled) {
  if (!have("nc")) GTEST_SKIP() << "nc is not installed";
  room r;
  user& first = r.join();
  ASSERT_TRUE(r.until([&] { return !first.name().empty(); }));
  const auto named = [](program& nc) {  // by what nc shows: "You are user7."
    const std::string text = nc.read_until("arrived.");
    return text.substr(8, text.find('.') - 8);
  };
  program polite{{"nc", "-N", "127.0.0.1", std::to_string(r.port)}};
  const std::string one = named(polite);
  program killed{{"nc", "127.0.0.1", std::to_string(r.port)}};
  const std::string two = named(killed);
  polite.read_until(two + " arrived.");
  polite.type("hello from nc\n");
  killed.read_until("hello from nc");
  killed.type("half a li");
  ASSERT_TRUE(r.until([&] { return first.has(one + ": hello from nc"); }));
  killed.signal(SIGKILL);
  ASSERT_TRUE(r.until([&] { return first.has(two + " departed."); }));
  polite.read_until(two + " departed.");
  polite.type("bye\n");
  polite.end_input();
  EXPECT_EQ(polite.wait(), 0);
  ASSERT_TRUE(r.until([&] { return first.has(one + " departed."); }));
  expect_once(first, one + ": bye");
  expect_once(first, two + " departed.");
}

}  // namespace
}  // namespace souk::examples_test
