// Who is answered, and what.
#include "tools/inspect/inspector.hpp"

#include <httplib.h>
#include <nlohmann/json.hpp>
#include <souk/souk.hpp>

#include "tests/reflection/support.hpp"
#include "tools/top/client.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <thread>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using nlohmann::ordered_json;

/// An inspector of a VM with a named process.
class Inspector : public Mirrored {
 public:
  void SetUp() override {
    open_.emplace(mirror, std::uint16_t{0});
    const std::string url = open_->url();
    const auto path = url.find('/', std::string{"http://"}.size());
    address_ = url.substr(0, path);
    token_ = url.substr(url.find('=') + 1);
  }

  [[nodiscard]] httplib::Result get(const std::string& path, const std::string& more = "") {
    httplib::Client http{address_};
    return http.Get(path + "?token=" + token_ + more);
  }
  [[nodiscard]] tool::inspector_client client() const {
    return tool::inspector_client{open_->url()};
  }

 protected:
  std::optional<inspect::inspector> open_;
  std::string address_;
  std::string token_;
};
INSTANTIATE_TEST_SUITE_P(Vm, Inspector, ::testing::ValuesIn(all_kinds()), name_of);

TEST_P(Inspector, AnswersNobodyWithoutItsToken) {
  httplib::Client http{address_};
  for (const char* const path : {"/", "/view", "/events", "/metrics", "/process", "/nothing"}) {
    EXPECT_EQ(http.Get(path)->status, 403) << path;
    EXPECT_EQ(http.Get(std::string{path} + "?token=")->status, 403) << path;
    std::string wrong = token_;
    wrong.back() = wrong.back() == '0' ? '1' : '0';
    EXPECT_EQ(http.Get(std::string{path} + "?token=" + wrong)->status, 403) << path;
    EXPECT_EQ(http.Get(std::string{path} + "?token=" + token_ + "0")->status, 403) << path;
  }
  EXPECT_EQ(http.Post("/kill?pid=0:0")->status, 403);
}

TEST_P(Inspector, AnswersNoPageOfAnotherHost) {
  httplib::Client http{address_};
  EXPECT_EQ(http.Get("/?token=" + token_, {{"Host", "example.org"}})->status, 403);
}

TEST_P(Inspector, ListensOnTheLoopbackAddressOnly) {
  const auto port = address_.substr(address_.rfind(':'));
  EXPECT_EQ(address_, "http://127.0.0.1" + port);
  httplib::Client other{"http://127.0.0.2" + port};
  EXPECT_FALSE(other.Get("/?token=" + token_));
}

TEST_P(Inspector, ServesAPageThatNeedsNoOther) {
  const auto page = get("/");
  EXPECT_EQ(page->status, 200);
  EXPECT_NE(page->body.find("<title>souk inspector</title>"), std::string::npos);
  EXPECT_EQ(page->body.find("/* scripts */"), std::string::npos);
  EXPECT_EQ(page->body.find("https://"), std::string::npos);
}

TEST_P(Inspector, TellsWhatThereIs) {
  const vm v = run(name_process("tea"_sym, spawn(subscriber("x"_sym).named("e"_sym))),
                   spawn(publisher("x"_sym)));
  const ordered_json seen = client().view();
  EXPECT_TRUE(seen["there"]);
  EXPECT_EQ(seen["processes"], 2);
  EXPECT_EQ(seen["top"].size(), 2U);
  const auto tea =
      std::ranges::find_if(seen["top"], [](const auto& p) { return p["name"] == "tea"; });
  ASSERT_NE(tea, seen["top"].end());
  const auto one =
      ordered_json::parse(get("/process", "&pid=" + (*tea)["pid"].get<std::string>())->body);
  ASSERT_EQ(one["roles"].size(), 1U);
  EXPECT_EQ(one["roles"][0]["id"], "e");
  EXPECT_EQ(one["roles"][0]["meets"], 1);
}

TEST_P(Inspector, SaysWhenThereIsNoVmOrProcess) {
  EXPECT_FALSE(client().view()["there"]);
  EXPECT_EQ(get("/process", "&pid=0:99")->status, 404);
  EXPECT_EQ(get("/process", "&pid=tea")->status, 400);
  EXPECT_EQ(get("/process")->status, 400);
  EXPECT_FALSE(client().kill("0:99", "why"));
}

TEST_P(Inspector, KillsAProcess) {
  notebook heard;
  vm v = run(watch(heard, "x"_sym), name_process("victim"_sym, spawn(publisher("x"_sym))));
  const pid victim = named(mirror.look(), "victim"_sym)->self;
  EXPECT_TRUE(client().kill("0:" + std::to_string(victim.number), "too-loud"));
  v.run_until_inert();
  EXPECT_THAT(heard.lines(), ::testing::ElementsAre("+x", "-x too-loud"));
}

TEST_P(Inspector, TellsRatesAsTheyChange) {
  vm v = run(spawn(subscriber("m"_sym)));
  std::atomic<bool> over{false};
  std::thread load{[&] {
    while (!over) send(v, "m"_sym);
  }};
  int views = 0;
  bool has_rate = false;
  client().views([&](const ordered_json& seen) {
    has_rate = has_rate || seen["rate"].get<double>() > 10;
    return ++views < 3;
  });
  over = true;
  load.join();
  EXPECT_EQ(views, 3);
  EXPECT_TRUE(has_rate);
}

TEST_P(Inspector, StreamsTheEventsOfAProcess) {
  vm v = run(name_process("it"_sym, spawn(subscriber("m"_sym).named("e"_sym))));
  const pid it = named(mirror.look(), "it"_sym)->self;
  std::atomic<bool> over{false};
  std::thread load{[&] {
    while (!over) send(v, "m"_sym);
  }};
  std::string arrived;
  httplib::Client http{address_};
  (void)http.Get("/follow?token=" + token_ + "&pid=0:" + std::to_string(it.number),
                 [&](const char* data, std::size_t size) {
                   arrived.append(data, size);
                   return arrived.find("message m at e") == std::string::npos;
                 });
  over = true;
  load.join();
  EXPECT_NE(arrived.find("message m at e"), std::string::npos);
}

TEST_P(Inspector, EndsThoughSomebodyLooks) {
  std::promise<void> first;
  std::thread onlooker{[&, from = client()] {
    bool told = false;
    from.views([&](const ordered_json&) {
      if (!std::exchange(told, true)) first.set_value();
      return true;
    });
  }};
  first.get_future().wait();
  open_.reset();
  onlooker.join();
}

TEST(InspectorOnATakenPort, SaysSo) {
  const reflection mirror;
  const inspect::inspector first{mirror, 0};
  const std::string url = first.url();
  const auto colon = url.rfind(':');
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
  EXPECT_THROW((inspect::inspector{mirror, port}), std::runtime_error);
}

TEST(ConstantTime, ComparesAllOfIt) {
  EXPECT_TRUE(inspect::equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(inspect::equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(inspect::equal_in_constant_time("abc", "ab"));
  EXPECT_FALSE(inspect::equal_in_constant_time("abc", "abca"));
  EXPECT_FALSE(inspect::equal_in_constant_time("abc", ""));
}

}  // namespace
}  // namespace souk
