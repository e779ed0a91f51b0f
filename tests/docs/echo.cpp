// README.md and tutorial, step 6: an echo server. Takes a port; 5999 if there is none.
#include <souk/souk.hpp>

using namespace souk;

actions echo(const tcp::socket& them, const tcp::socket& us) {
  return {publisher(topic<tcp::channel>(us, them, _)),
          subscriber(topic<tcp::channel>(them, us, _))
              .on_absence([] { return quit(); })
              .on_message([=](const tcp::segment& s) {
                return send_message(tcp::segment{us, them, s.packet});
              })};
}

int main(int argc, char** argv) {
  const auto port = static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 5999);
  ground_vm(tcp::driver(), observe_publishers(topic<tcp::channel>(_, tcp::listener{port}, _))
                               .on_presence([](const topic<tcp::channel>& c) {
                                 return spawn(echo(*c.source, *c.destination));
                               }));
}
