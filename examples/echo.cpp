// An echo server: what a peer sends comes back, until it stops sending.
//
//     ./run echo            then: nc -N 127.0.0.1 5999
#include <souk/souk.hpp>

#include "serve.hpp"

using namespace souk;

actions echoer(const tcp::socket& them, const tcp::socket& us) {
  return {publisher(topic<tcp::channel>(us, them, _)),
          subscriber(topic<tcp::channel>(them, us, _))
              .on_absence([] { return quit(); })
              .on_message([=](const tcp::segment& s) {
                return send_message(tcp::segment{us, them, s.packet});
              })};
}

int main(int argc, char** argv) {
  const auto chosen = options_of(argc, argv, "echo");
  return serve(chosen, tcp::driver(),
               observe_publishers(topic<tcp::channel>(_, tcp::listener{chosen.port}, _))
                   .on_presence([](const topic<tcp::channel>& c) {
                     return spawn(echoer(*c.source, *c.destination));
                   }));
}
