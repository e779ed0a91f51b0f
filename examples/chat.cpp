// The chat server of the paper: who connects hears who arrives, who leaves and who says what. In
// the ground VM lives the TCP driver; the chat has a VM of its own, with a process for each
// connection. ./run chat, and in two terminals: nc 127.0.0.1 5999
#include <fmt/format.h>
#include <souk/souk.hpp>

#include "serve.hpp"

using namespace souk;

struct says {
  symbol who;
  std::string what;
};
SOUK_RECORD(says, who, what);

// What they type becomes what they say; when they go, the session goes.
actions listen_to_user(symbol user, const tcp::socket& them, const tcp::socket& us) {
  return {publisher(topic<says>(user, _)),
          at_meta_level(subscriber(topic<tcp::channel>(them, us, _))
                            .on_absence([] { return quit(); })
                            .on_message([=](const tcp::segment& line) {
                              return send_message(says{user, line.packet.data});
                            }))};
}

// What happens in the room is told to them.
actions speak_to_user(symbol user, const tcp::socket& them, const tcp::socket& us) {
  const auto say = [=](const std::string& line) {
    return at_meta_level(send_message(tcp::text{us, them, line + "\n"}));
  };
  const auto announce = [=](symbol who, const char* what) -> actions {
    if (who == user) return {};
    return say(fmt::format("{} {}.", who.name(), what));
  };
  return {say(fmt::format("You are {}.", user.name())),
          at_meta_level(publisher(topic<tcp::channel>(us, them, _))),
          subscriber(topic<says>(_, _))
              .on_presence([=](const topic<says>& t) { return announce(*t.who, "arrived"); })
              .on_absence([=](const topic<says>& t) { return announce(*t.who, "departed"); })
              .on_message(
                  [=](const says& s) { return say(fmt::format("{}: {}", s.who.name(), s.what)); })};
}

actions chat_session(const tcp::socket& them, const tcp::socket& us) {
  const symbol user = fresh_symbol("user");
  return {listen_to_user(user, them, us), speak_to_user(user, them, us)};
}

int main(int argc, char** argv) {
  const auto chosen = options_of(argc, argv, "chat");
  const auto listens_here = topic<tcp::channel>(_, tcp::listener{chosen.port}, _);
  return serve(chosen, tcp::driver({.input = tcp::framing::lines}),
               spawn_vm(at_meta_level(
                   observe_publishers(listens_here).on_presence([](const topic<tcp::channel>& c) {
                     return spawn(chat_session(*c.source, *c.destination));
                   }))));
}
