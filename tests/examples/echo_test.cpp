// examples/echo: with nc as its user, and with fewer descriptors than clients.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/examples/program.hpp"
#include "tests/ground/tcp_support.hpp"

namespace souk::examples_test {
namespace {

SOUK_EXAMPLE_ON_EACH_VM(EchoExample);

using ground::test::client;
using ground::test::dial;
using ground::test::free_port;

TEST_P(EchoExample, NcGetsFiveMegabytesBack) {
  if (!have("nc")) GTEST_SKIP() << "nc is not installed";
  const auto port = free_port();
  program server{on_each_vm::run("echo", {"--port", std::to_string(port)})};
  (void)dial(port);
  const std::string sent = ground::test::pattern(5 << 20);
  const auto file =
      std::filesystem::path{::testing::TempDir()} / ("echo-" + std::to_string(::getpid()));
  std::ofstream{file, std::ios::binary} << sent;
  program nc{{"sh", "-c", "nc -N 127.0.0.1 " + std::to_string(port) + " < " + file.string()}};
  EXPECT_EQ(nc.wait(), 0);
  EXPECT_TRUE(nc.output() == sent) << nc.output().size() << " bytes came back";
  std::filesystem::remove(file);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST_P(EchoExample, WithoutDescriptorsItServesTheOthersOnceSomeLeave) {
  const auto port = free_port();
  program server{on_each_vm::run("echo", {"--port", std::to_string(port)}), {.descriptors = 24}};
  (void)dial(port);
  std::vector<client> waiting;
  for (int i = 0; i < 60; ++i) {
    waiting.push_back(dial(port));
    waiting.back().send("x");
  }
  // Whoever has an answer leaves, which makes room for the next.
  while (!waiting.empty()) {
    std::vector<pollfd> all;
    for (const client& c : waiting) all.push_back({c.fd(), POLLIN, 0});
    const auto ms = std::chrono::milliseconds(patience).count();
    ASSERT_GT(::poll(all.data(), all.size(), static_cast<int>(ms)), 0)
        << waiting.size() << " wait still";
    std::vector<client> rest;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].revents == 0) {
        rest.push_back(std::move(waiting[i]));
      } else {
        EXPECT_EQ(waiting[i].receive(), "x");
      }
    }
    waiting = std::move(rest);
  }
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

}  // namespace
}  // namespace souk::examples_test
