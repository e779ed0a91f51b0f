// The examples of the paper, written by hand with the driver's side played by plain processes.
#include "tests/vm/journal.hpp"

#include <string>

namespace chat {

// As in the original: (tcp-channel source destination data), with who listens as a destination.
struct channel {
  souk::symbol source;
  souk::symbol destination;
  std::string data;
};
SOUK_RECORD_AS(channel, "tcp-channel", source, destination, data);

struct says {
  souk::symbol who;
  std::string what;
};
SOUK_RECORD(says, who, what);

}  // namespace chat

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using chat::channel;
using chat::says;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

const symbol server = "server"_sym;

// A remote peer as the TCP driver shows it: it publishes what it sends, and writes down what it
// gets.
spawn_action remote(notebook& j, symbol them) {
  return spawn(
      publisher(topic<channel>(them, server, _)),
      subscriber(topic<channel>(server, them, _)).on_message([&j, them](const channel& c) {
        j.push_back(them.name() + " reads " + c.data);
      }),
      subscriber(list("hang up"_sym, them)).on_message([](const term&) { return quit(); }));
}

actions chat_session(symbol them) {
  const symbol user{them.name() + "'s user"};
  const auto say = [them](const std::string& line) {
    return at_meta_level(send_message(channel{server, them, line}));
  };
  const auto announce = [=](symbol who, const std::string& did) -> actions {
    if (who == user) return {};
    return say(who.name() + " " + did);
  };
  return {publisher(topic<says>(user, _)),
          at_meta_level(subscriber(topic<channel>(them, server, _))
                            .on_absence([] { return quit(); })
                            .on_message([user](const channel& c) {
                              return send_message(says{user, c.data});
                            })),
          say("You are " + user.name()), at_meta_level(publisher(topic<channel>(server, them, _))),
          subscriber(topic<says>(_, _))
              .on_presence([=](const topic<says>& t) { return announce(*t.who, "arrived"); })
              .on_absence([=](const topic<says>& t) { return announce(*t.who, "departed"); })
              .on_message([=](const says& s) { return say(s.who.name() + ": " + s.what); })};
}

spawn_action chat_service() {
  return spawn_vm(at_meta_level(
      observe_publishers(topic<channel>(_, server, _)).on_presence([](const topic<channel>& c) {
        return spawn(chat_session(*c.source));
      })));
}

TEST(Paper, ChatServer) {
  notebook j;
  vm v = run(chat_service(), when("anna comes"_sym, remote(j, "anna"_sym)),
             when("bert comes"_sym, remote(j, "bert"_sym)));
  send(v, "anna comes"_sym);
  EXPECT_THAT(j, ElementsAre("anna reads You are anna's user"));
  j.clear();
  send(v, "bert comes"_sym);
  EXPECT_THAT(j, ElementsAre("bert reads You are bert's user", "anna reads bert's user arrived",
                             "bert reads anna's user arrived"));
  j.clear();
  send(v, channel{"anna"_sym, server, "hello"});
  EXPECT_THAT(
      j, UnorderedElementsAre("anna reads anna's user: hello", "bert reads anna's user: hello"));
  j.clear();
  send(v, list("hang up"_sym, "anna"_sym));
  EXPECT_THAT(j, ElementsAre("bert reads anna's user departed"));
}

TEST(Paper, EchoServerWithoutAVmOfItsOwn) {
  notebook j;
  const auto echoer = [](symbol them) {
    return actions{publisher(topic<channel>(server, them, _)),
                   subscriber(topic<channel>(them, server, _))
                       .on_absence([] { return quit(); })
                       .on_message([them](const channel& c) {
                         return send_message(channel{server, them, c.data});
                       })};
  };
  vm v =
      run(observe_publishers(topic<channel>(_, server, _))
              .on_presence([echoer](const topic<channel>& c) { return spawn(echoer(*c.source)); }),
          when("come"_sym, remote(j, "anna"_sym)));
  send(v, "come"_sym);
  send(v, channel{"anna"_sym, server, "hello"});
  send(v, list("hang up"_sym, "anna"_sym));
  EXPECT_THAT(j, ElementsAre("anna reads hello"));
}

// A service that starts when somebody wants it and stops when nobody does (the paper's use of
// presence).
TEST(Paper, AServiceOnDemand) {
  notebook j;
  vm v = run(observe_subscribers(list("news"_sym, _)).on_presence([&j](const term& t) {
    return spawn(publisher(t).on_absence([] { return quit(); }), note(j, "serves " + to_string(t)));
  }),
             when("want"_sym,
                  spawn(noting(j, "reader", subscriber(list("news"_sym, "sport"_sym))).named(1),
                        when("enough"_sym, delete_endpoint(1)))));
  send(v, "want"_sym);
  send(v, "enough"_sym);
  EXPECT_THAT(j, ElementsAre("reader +publisher (news sport)", "serves (news sport)",
                             "reader -publisher (news sport) #f"));
}

// A supervisor restarts a whole nested VM when it fails: absence tells it.
TEST(Paper, ASupervisorRestartsANestedVm) {
  notebook j;
  const auto worker = [&j] {
    return spawn_vm(at_meta_level(publisher("service"_sym)),
                    at_meta_level(when("fail"_sym, at_meta_level(quit("failed"_sym)))),
                    note(j, "worker starts"));
  };
  vm v = run(worker(), subscriber("service"_sym).on_absence([&j, worker](const reason& why) {
    j.push_back("restart: " + why.text());
    return worker();
  }));
  send(v, "fail"_sym);
  send(v, "fail"_sym);
  EXPECT_THAT(j, ElementsAre("worker starts", "restart: failed", "worker starts", "restart: failed",
                             "worker starts"));
}

}  // namespace
}  // namespace souk
