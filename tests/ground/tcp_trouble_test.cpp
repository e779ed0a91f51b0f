// The TCP driver when things go wrong: resets, peers that are too slow, lines that are too long,
// sessions that crash, and what is left behind.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <fstream>

#include "tests/ground/tcp_support.hpp"

namespace souk::ground::test {
namespace {

SOUK_ON_EACH_VM(TcpTrouble);

using tcp::channel;
using ::testing::HasSubstr;

constexpr auto at_once = std::chrono::milliseconds(0);

TEST_P(TcpTrouble, AResetIsAnAbsenceWithThatReason) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp()), serve(port, hearer(m.notes))};
  client c = dial(port);
  c.send("x");
  ASSERT_TRUE(m.notes.wait_for("#\"x\""));
  c.reset();
  EXPECT_TRUE(m.notes.wait_for("- connection-reset"));
}

// C2: nobody reads, so no input tells of it.
TEST_P(TcpTrouble, AResetIsToldToWhoOnlyWrites) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp()),
           serve(port, [&](const tcp::socket& them, const tcp::socket& us) -> actions {
             return publisher(topic<channel>(us, them, _))
                 .on_presence([=] {
                   return send_message(tcp::text{us, them, "hi"});
                 })
                 .on_absence([&](const reason& why) {
                   m.notes.write("- " + why.text());
                   return quit();
                 });
           })};
  client c = dial(port);
  EXPECT_EQ(c.receive(), "hi");
  c.reset();
  EXPECT_TRUE(m.notes.wait_for("- connection-reset"));
}

TEST_P(TcpTrouble, ASlowPeerIsCutOffAtTheWriteLimitAndOnlyIt) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp({.write_limit_bytes = 1 << 20})),
           serve(port,
                 [&](const tcp::socket& them, const tcp::socket& us) -> actions {
                   actions all = echo(them, us);
                   all.append(subscriber("flood"_sym).on_message([=] {
                     return send_message(tcp::segment{us, them, bytes{pattern(64 * 1024)}});
                   }));
                   return all;
                 }),
           spawn(observe_publishers(topic<channel>(_, tcp::listener{port}, _))
                     .on_absence([&](const reason& why) { m.notes.write(why.text()); }))};
  const client slow = dial(port, 4096);
  slow.send("x");
  EXPECT_EQ(slow.receive(1), "x");
  // Floods until it is cut off: more than the limit and all the buffers of the system.
  ASSERT_TRUE(eventually([&] {
    m.send("flood"_sym);
    return m.notes.has("write-limit");
  }));
  // The floods that were ordered meanwhile go to those who are there: none is left for the next.
  m.act([&] {
    m.notes.write("dry");
    return actions{};
  });
  ASSERT_TRUE(m.notes.wait_for("dry"));
  const client other = dial(port);
  other.send("still here");
  EXPECT_EQ(other.receive(10), "still here");
}

TEST_P(TcpTrouble, ALineOfSixteenMebibytesComesWholeAndALongerOneEndsItsConnection) {
  constexpr std::size_t longest = std::size_t{16} << 20;
  const auto port = free_port();
  market m{tcp::driver(lines_of()),
           serve(port, [&](const tcp::socket& them, const tcp::socket& us) -> actions {
             return {publisher(topic<channel>(us, them, _)),
                     subscriber(topic<channel>(them, us, _))
                         .on_absence([&](const reason& why) {
                           m.notes.write("- " + why.text());
                           return quit();
                         })
                         .on_message([&](const tcp::segment& s) {
                           m.notes.write(std::to_string(s.packet.data.size()));
                         })};
           })};
  const client c = dial(port);
  std::string line = std::string(longest, 'x') + "\n";
  c.send(line);
  EXPECT_TRUE(m.notes.wait_for(std::to_string(longest)));
  std::thread sender{[&] {
    try {
      c.send("x" + line);
    } catch (const std::system_error&) {  // it is reset in the middle
    }
  }};
  EXPECT_TRUE(m.notes.wait_for("- line-too-long"));
  EXPECT_TRUE(is_over(c));
  sender.join();
}

TEST_P(TcpTrouble, ACrashOfASessionClosesItsConnection) {
  const auto port = free_port();
  market m{
      tcp::driver(local_tcp()),
      serve(port, [](const tcp::socket& them, const tcp::socket& us) -> actions {
        return {
            publisher(topic<channel>(us, them, _)),
            subscriber(topic<channel>(them, us, _)).on_message([](const tcp::segment&) -> actions {
              throw std::runtime_error("fell down");
            })};
      })};
  const client c = dial(port);
  c.send("x");
  EXPECT_TRUE(is_over(c));
  m.stop();  // the line may come after the end of the connection
  EXPECT_FALSE(m.log.find("fell down").empty());
}

TEST_P(TcpTrouble, AWrongPacketEndsItsConnectionWithASentence) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp()),
           serve(port, [&](const tcp::socket& them, const tcp::socket& us) -> actions {
             return {publisher(topic<channel>(us, them, _)), hear(m.notes, them, us),
                     subscriber("wrong"_sym).on_message([=] {
                       return send_message(channel{us, them, list("a", 1)});
                     })};
           })};
  const client c = dial(port);
  ASSERT_TRUE(m.notes.wait_for("+"));
  m.send("wrong"_sym);
  ASSERT_TRUE(m.notes.wait_for([](const auto& lines) { return lines.size() == 2; }));
  EXPECT_THAT(m.notes.all()[1], HasSubstr("bytes, a string or #s(eof), not (\"a\" 1)"));
  EXPECT_TRUE(is_over(c));
  EXPECT_TRUE(is_listening(port));
}

TEST_P(TcpTrouble, AConnectionThatNobodyWantsIsClosed) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp({.patience = std::chrono::milliseconds(20)})),
           spawn(observe_publishers(topic<channel>(_, tcp::listener{port}, _))
                     .on_presence([&] { m.notes.write("+"); })
                     .on_absence([&](const reason& why) { m.notes.write("- " + why.text()); }))};
  const client c = dial(port);
  EXPECT_TRUE(is_over(c));
  EXPECT_TRUE(m.notes.wait_for("- nobody-came"));
}

TEST_P(TcpTrouble, PatienceIsOverOnceSomebodyCame) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp({.patience = at_once})), timer::driver(),
           spawn(observe_publishers(topic<channel>(_, tcp::listener{port}, _))
                     .on_absence([&](const reason& why) { m.notes.write("- " + why.text()); }))};
  // Patience of nothing at all: each connection is closed at once, and none is left behind.
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(is_over(dial(port)));
  EXPECT_TRUE(m.notes.wait_for("- nobody-came", 20));
}

// C1: each session hears the end, however early it came.
TEST_P(TcpTrouble, APeerThatLeavesWhileItsSessionStartsLeavesNoGhost) {
  const auto port = free_port();
  std::atomic<int> started = 0;
  std::atomic<int> ended = 0;
  journal notes;
  const auto counted = [&](const tcp::socket& them, const tcp::socket& us) -> actions {
    ++started;
    return {publisher(topic<channel>(us, them, _)),
            subscriber(topic<channel>(them, us, _))
                .on_absence([&] {
                  ++ended;
                  return quit();
                })
                .on_message([&](const tcp::segment& s) { notes.write(s.packet.data); })};
  };
  // A session in a nested VM takes some rounds to start.
  market m{
      tcp::driver(local_tcp()),
      spawn_vm(at_meta_level(observe_publishers(topic<channel>(_, tcp::listener{port}, _))
                                 .on_presence([=](const topic<channel>& c) {
                                   return spawn(at_meta_level(counted(*c.source, *c.destination)));
                                 })))};
  for (int i = 0; i < 200; ++i) {
    client c = dial(port);
    if (i % 3 == 1) c.send("x");
    if (i % 3 == 2) c.reset();
  }
  {
    const client last = dial(port);
    last.send("last");
    ASSERT_TRUE(notes.wait_for("last"));
  }
  EXPECT_GE(started, 100);
  EXPECT_TRUE(eventually([&] { return ended == started; })) << ended << " of " << started;
}

TEST_P(TcpTrouble, ManyConnectionsOneAfterTheOtherLeaveNothingBehind) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr bool sanitized = true;  // its memory is not the program's
#else
  constexpr bool sanitized = false;
#endif
  constexpr int count = sanitized ? 500 : 3'000;
  const auto resident_kib = [] {
    std::ifstream statm{"/proc/self/statm"};
    long size = 0;
    long resident = 0;
    statm >> size >> resident;
    return resident * 4;
  };
  { const loop first; }  // libuv keeps a pipe of its own from the first loop on
  const int before = open_descriptors();
  const auto port = free_port();
  market m{tcp::driver(local_tcp()), serve(port, echo)};
  long warm = 0;
  for (int i = 0; i < count; ++i) {
    client c = dial(port);
    c.send("ping");
    ASSERT_EQ(c.receive_exactly(4), "ping");
    if (i % 2 == 0) c.reset();
    if (i == count / 5) warm = resident_kib();
  }
  const long grown = resident_kib() - warm;
  EXPECT_TRUE(sanitized || grown < 2048) << grown << " KiB in " << count * 4 / 5 << " connections";
  m.stop();
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_TRUE(m.log.all().empty());
}

/// While it lives, nobody in this program gets a new descriptor.
class no_more_descriptors {
 public:
  no_more_descriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{3, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  no_more_descriptors(const no_more_descriptors&) = delete;
  no_more_descriptors& operator=(const no_more_descriptors&) = delete;
  ~no_more_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_P(TcpTrouble, WhoConnectsWithoutDescriptorsSeesAnAbsenceWithThatReason) {
  const loop on;
  const auto server = listen_on(on);
  market m{tcp::driver()};
  const tcp::socket us{tcp::handle{"me"_sym}};
  const tcp::socket them{tcp::address{"127.0.0.1", server->local().port}};
  m.act([&] {
    m.notes.write("ready");
    return actions{};
  });
  ASSERT_TRUE(m.notes.wait_for("ready"));
  const no_more_descriptors here;
  m.act([&] { return spawn(hear(m.notes, them, us)); });
  EXPECT_TRUE(m.notes.wait_for("- no-more-descriptors"));
}

TEST_P(TcpTrouble, WhoListensWithoutDescriptorsIsToldInAMessage) {
  const auto port = free_port();
  market m{tcp::driver(local_tcp()),
           spawn(subscriber(topic<tcp::failure>(tcp::listener{port}, _, _))
                     .on_message([&](const tcp::failure& f) { m.notes.write(f.why.name()); }))};
  m.act([&] {
    m.notes.write("ready");
    return actions{};
  });
  ASSERT_TRUE(m.notes.wait_for("ready"));
  {
    const no_more_descriptors here;
    m.act([=] { return sessions_on(port, echo).named("a"_sym); });
    ASSERT_TRUE(m.notes.wait_for("no-more-descriptors"));
  }
  // Who asks again when there are some is served.
  m.act([=] { return actions{delete_endpoint{"a"_sym}, sessions_on(port, echo).named("b"_sym)}; });
  EXPECT_TRUE(eventually([&] { return is_listening(port); }));
  EXPECT_TRUE(answers(port));
}

TEST_P(TcpTrouble, ASignalLetsConnectionsSendWhatWasWritten) {
  const signals_elsewhere no_interruptions_here;
  const auto port = free_port();
  const std::string answer = pattern(1 << 20);
  market m{market::options{.signals = true}, tcp::driver(local_tcp()),
           serve(port, [&](const tcp::socket& them, const tcp::socket& us) -> actions {
             return {publisher(topic<channel>(us, them, _)), hear(m.notes, them, us),
                     subscriber("write"_sym).on_message([=] {
                       return send_message(tcp::segment{us, them, bytes{answer}});
                     })};
           })};
  std::vector<client> all;
  for (int i = 0; i < 10; ++i) all.push_back(dial(port));
  ASSERT_TRUE(m.notes.wait_for("+", 10));
  m.act([] {
    ::kill(::getpid(), SIGTERM);
    return send_message("write"_sym);
  });
  for (const client& c : all) EXPECT_TRUE(c.receive_all() == answer);
  m.wait();
  EXPECT_FALSE(is_listening(port));
}

}  // namespace
}  // namespace souk::ground::test
