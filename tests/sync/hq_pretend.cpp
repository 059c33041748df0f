#include "hq_pretend.hpp"

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tillcue::sync::hq_test {
namespace {

constexpr std::chrono::seconds kPatience{10};

void need(Result<void> const& done) {
  if (!done) throw std::runtime_error(done.error().what);
}

std::string content(std::filesystem::path const& file) {
  std::ostringstream out;
  out << std::ifstream{file, std::ios::binary}.rdbuf();
  return out.str();
}

}  // namespace

std::unique_ptr<MqttLink> link_to(std::string const& uri, std::string const& client_id) {
  MqttOptions options;
  options.uri = uri;
  options.client_id = client_id;
  options.backoff_first = std::chrono::milliseconds{50};
  options.backoff_most = std::chrono::milliseconds{300};
  options.session_expiry = std::chrono::seconds{600};
  auto link = make_paho_link(options);
  if (!link) throw std::runtime_error(link.error().what);
  return std::move(*link);
}

PretendTerminal::PretendTerminal(std::string const& uri, std::string name, KeyRing ring)
    : name_(std::move(name)), ring_(std::move(ring)), link_(link_to(uri, name_.value)), session_(*link_) {
  need(session_.connect(kPatience));
  need(session_.subscribe(topics_.ack(name_), kPatience));
}

Result<Ack> PretendTerminal::deliver(Batch const& batch, std::chrono::milliseconds patience, int tries) {
  auto const payload = encode_batch(batch);
  if (!payload) return tl::unexpected{payload.error()};
  for (int n = 0; n < tries; ++n) {
    ++sendings_;
    // A broker that restarted has forgotten what we listen to.
    if (n > 0) (void)session_.subscribe(topics_.ack(name_), patience);
    // The answer of the broker does not matter: only HQ's own word counts.
    (void)session_.publish({topics_.results(name_), *payload, false}, patience);
    auto const deadline = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < deadline) {
      auto const message = session_.next(patience);
      if (!message) break;
      auto const ack = unseal(ring_, message->payload, kMaxAckEnvelope).and_then(decode_ack);
      if (!ack) return ack;
      bool covered = ack->through >= batch.last();
      for (auto const& range : ack->also)
        covered = covered || (range.first <= batch.first && range.last >= batch.last());
      if (ack->epoch == batch.epoch && covered) return ack;
    }
  }
  return fail(Code::timeout, "no acknowledgement for " + std::to_string(batch.first));
}

void PretendTerminal::say_state(std::uint64_t release, Presence presence) {
  TerminalState state;
  state.terminal = name_;
  state.presence = presence;
  state.at = at(1);
  state.version = "0.1.0";
  state.release = release;
  state.epoch = kEpoch;
  need(session_.publish({topics_.state(name_), *encode_state(state), true}, kPatience));
}

void PretendTerminal::say_store(std::string const& store) {
  Held held;
  held.terminal = name_;
  held.store = store;
  need(session_.publish({topics_.held(name_), *encode_held(held), true}, kPatience));
}

std::map<std::string, std::string> retained(std::string const& uri, std::string const& filter) {
  auto const link = link_to(uri, "reader-" + std::to_string(*random_id()));
  BrokerSession session{*link};
  need(session.connect(kPatience));
  need(session.subscribe(filter, kPatience));
  std::map<std::string, std::string> found;
  for (auto& message : session.drain(std::chrono::milliseconds{400}, 10'000)) {
    if (message.retained) found.emplace(std::move(message.topic), std::move(message.payload));
  }
  return found;
}

Program::Program(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), TILLCUE_HQ_PROGRAM);
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  auto const out = (folder_ / "out").string();
  auto const err = (folder_ / "err").string();
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
  ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

Program::~Program() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Program::signal(int number) const { ::kill(pid_, number); }

int Program::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string Program::output() const { return content(folder_ / "out"); }
std::string Program::errors() const { return content(folder_ / "err"); }

}  // namespace tillcue::sync::hq_test
