%% Workloads of `souk bench` in Erlang, each with the same work and payloads.
%%
%%   erlc souk_peer.erl
%%   erl +S 1:1 +P 4000000 -noshell -run souk_peer main pingpong 0 2000000     (WORKLOAD SIZE COUNT)
%%
%% Prints one JSON object. Each workload runs once to warm up, with a tenth of the work, then counts;
%% processes are in place before the clock starts. What did not arrive is an error.
-module(souk_peer).
-export([main/1]).

main([Name, Size, Count]) ->
    try measure(Name, list_to_integer(Size), list_to_integer(Count)) of
        {Value, PerCoreSecond, Unit} ->
            io:format("{\"workload\":\"~s\",\"value\":~.3f,\"per_core_second\":~.3f,"
                      "\"unit\":\"~s\"}~n", [Name, Value, PerCoreSecond, Unit]),
            halt(0);
        {Value, PerCoreSecond, Unit, Took} ->
            Pairs = [io_lib:format("[~b,~b]", [T, N]) || {T, N} <- maps:to_list(Took)],
            io:format("{\"workload\":\"~s\",\"value\":~.3f,\"per_core_second\":~.3f,"
                      "\"unit\":\"~s\",\"latencies\":[~s]}~n",
                      [Name, Value, PerCoreSecond, Unit, lists:join(",", Pairs)]),
            halt(0);
        {Value, Unit} ->
            io:format("{\"workload\":\"~s\",\"value\":~.3f,\"unit\":\"~s\"}~n",
                      [Name, Value, Unit]),
            halt(0)
    catch
        error:Why ->
            io:format(standard_error, "souk_peer ~s: ~p~n", [Name, Why]),
            halt(1)
    end.

measure("idle", Size, _) -> {idle(Size), "bytes/process"};
measure("backlog", _, Count) -> {backlog(Count), "bytes/message"};
measure("round-trips", Size, Count) ->
    _ = round_trips(Size, max(Count div 10, 1)),
    {Amount, {Seconds, CoreSeconds}, Took} = round_trips(Size, Count),
    {Amount / Seconds, Amount / CoreSeconds, "answers/s", Took};
measure(Name, Size, Count) ->
    {Run, Unit} = workload(Name),
    _ = Run(Size, max(Count div 10, 1)),
    {Amount, {Seconds, CoreSeconds}} = Run(Size, Count),
    {Amount / Seconds, Amount / CoreSeconds, Unit}.

workload("pingpong") -> {fun pingpong/2, "messages/s"};
workload("ring") -> {fun ring/2, "hops/s"};
workload("counting") -> {fun counting/2, "messages/s"};
workload("fork-join-throughput") -> {fun fork_join_throughput/2, "messages/s"};
workload("big") -> {fun big/2, "messages/s"};
workload("pairs") -> {fun pairs/2, "messages/s"};
workload("fan-out") -> {fun fan_out/2, "deliveries/s"};
workload("chameneos") -> {fun chameneos/2, "meetings/s"};
workload("fork-join-create") -> {fun fork_join_create/2, "processes/s"};
workload("skynet") -> {fun skynet/2, "processes/s"}.

%% The seconds and core-seconds that it takes to start, and until Reporters have reported Expected
%% together.
timed(Start, Reporters, Expected) ->
    {Used, _} = statistics(runtime),
    Begin = erlang:monotonic_time(nanosecond),
    Start(),
    Seen = collect(Reporters, 0),
    End = erlang:monotonic_time(nanosecond),
    {UsedThen, _} = statistics(runtime),
    Seen =:= Expected orelse error({seen, Seen, expected, Expected}),
    {(End - Begin) / 1.0e9, max(UsedThen - Used, 1) / 1.0e3}.  % at least what the clock can tell

collect(0, Sum) -> Sum;
collect(N, Sum) -> receive {seen, Seen} -> collect(N - 1, Sum + Seen) end.

%% pingpong, pairs: the number is how many messages are to come.

player(Main) -> receive {peer, Peer} -> player(Peer, Main, 0) end.

player(Peer, Main, Seen) ->
    receive
        {ping, Left} -> next(pong, Left, Peer, Main, Seen + 1);
        {pong, Left} -> next(ping, Left, Peer, Main, Seen + 1)
    end.

next(_, 0, _, Main, Seen) -> Main ! {seen, Seen};
next(Said, Left, Peer, Main, Seen) ->
    Peer ! {Said, Left - 1},
    case Left of
        1 -> Main ! {seen, Seen};
        _ -> player(Peer, Main, Seen)
    end.

pair(Main) ->
    A = spawn_link(fun() -> player(Main) end),
    B = spawn_link(fun() -> player(Main) end),
    A ! {peer, B},
    B ! {peer, A},
    A.

pingpong(_, Count) -> pairs(1, Count).

pairs(Size, Count) ->
    Main = self(),
    Messages = 2 * max(Count div (2 * Size), 1),
    First = [pair(Main) || _ <- lists:seq(1, Size)],
    Start = fun() -> [P ! {ping, Messages - 1} || P <- First] end,
    {Messages * Size, timed(Start, 2 * Size, Messages * Size)}.

%% round-trips: each pair asks and answers, and every trip is timed by who asks: the first from when
%% all were told to start, so that waiting for a turn counts.

answerer() ->
    receive
        {question, Who, Pair} ->
            Who ! {answer, Pair},
            answerer();
        stop -> ok
    end.

asker(Main, Pair, Each) ->
    Partner = spawn_link(fun answerer/0),
    receive {go, Asked} -> ask(Main, Partner, Pair, Each, Each, Asked, #{}) end.

ask(Main, Partner, _, 0, Each, _, Took) ->
    Partner ! stop,
    Main ! {seen, Each},
    Main ! {took, Took};
ask(Main, Partner, Pair, Left, Each, Asked, Took) ->
    Partner ! {question, self(), Pair},
    receive {answer, Pair} -> ok end,
    Now = erlang:monotonic_time(nanosecond),
    More = maps:update_with(six_bits(Now - Asked), fun(N) -> N + 1 end, 1, Took),
    ask(Main, Partner, Pair, Left - 1, Each, Now, More).

%% The time, with the last bits beyond six left out.
six_bits(Time) when Time < 64 -> Time;
six_bits(Time) -> six_bits(Time bsr 1) bsl 1.

round_trips(Size, Count) ->
    Main = self(),
    Each = max(Count div Size, 1),
    All = [spawn_link(fun() -> asker(Main, Pair, Each) end) || Pair <- lists:seq(1, Size)],
    Start = fun() ->
        Asked = erlang:monotonic_time(nanosecond),
        [P ! {go, Asked} || P <- All]
    end,
    Times = timed(Start, Size, Each * Size),
    Gather = fun(_, Sum) -> receive {took, Took} -> add_times(Took, Sum) end end,
    {Each * Size, Times, lists:foldl(Gather, #{}, All)}.

add_times(Took, Sum) ->
    maps:fold(fun(Time, N, S) -> maps:update_with(Time, fun(M) -> M + N end, N, S) end, Sum, Took).

%% ring

station(Main) -> receive {next, Next} -> station(Next, Main) end.

station(Next, Main) ->
    receive
        {hop, 0, Hops} -> Main ! {seen, Hops + 1};
        {hop, Left, Hops} ->
            Next ! {hop, Left - 1, Hops + 1},
            station(Next, Main)
    end.

ring(Size, Count) ->
    Main = self(),
    Hops = max(Count div Size, 1) * Size,
    [First | Others] = All = [spawn(fun() -> station(Main) end) || _ <- lists:seq(1, Size)],
    lists:zipwith(fun(P, Next) -> P ! {next, Next} end, All, Others ++ [First]),
    Seconds = timed(fun() -> First ! {hop, Hops - 1, 0} end, 1, Hops),
    [exit(P, kill) || P <- All],
    {Hops, Seconds}.

%% counting

counter(Total) ->
    receive
        {increment, _} -> counter(Total + 1);
        {retrieve, Who} -> Who ! {total, Total}
    end.

produce(Counter, 0) -> Counter ! {retrieve, self()};
produce(Counter, Left) ->
    Counter ! {increment, Left},
    produce(Counter, Left - 1).

counting(_, Count) ->
    Main = self(),
    Counter = spawn_link(fun() -> counter(0) end),
    Producer = spawn_link(fun() ->
        receive go -> produce(Counter, Count) end,
        receive {total, Total} -> Main ! {seen, Total} end
    end),
    {Count, timed(fun() -> Producer ! go end, 1, Count)}.

%% fork-join-throughput, fan-out: whoever receives counts to its share.

recipient(Main, 0, Seen) -> Main ! {seen, Seen};
recipient(Main, Left, Seen) -> receive {job, _} -> recipient(Main, Left - 1, Seen + 1) end.

send_rounds(_, 0) -> ok;
send_rounds(All, Left) ->
    send_each(All, Left),
    send_rounds(All, Left - 1).

%% A message for each.
send_each([], _) -> ok;
send_each([P | Others], Number) ->
    P ! {job, Number},
    send_each(Others, Number).

%% The same message to all.
publish(_, 0) -> ok;
publish(All, Left) ->
    News = {job, Left},
    [P ! News || P <- All],
    publish(All, Left - 1).

to_all(Size, Count, Send) ->
    Main = self(),
    Each = max(Count div Size, 1),
    All = [spawn_link(fun() -> recipient(Main, Each, 0) end) || _ <- lists:seq(1, Size)],
    Sender = spawn_link(fun() -> receive go -> Send(All, Each) end end),
    {Each * Size, timed(fun() -> Sender ! go end, Size, Each * Size)}.

fork_join_throughput(Size, Count) -> to_all(Size, Count, fun send_rounds/2).
fan_out(Size, Count) -> to_all(Size, Count, fun publish/2).

%% big

sociable(Main) -> receive {others, All} -> sociable(Main, All) end.

sociable(Main, All) ->
    receive {go, Pings} ->
        call(All),
        sociable(Main, All, Pings, 0)
    end.

call(All) -> element(rand:uniform(tuple_size(All)), All) ! {ping, self()}.

sociable(Main, All, Pings, Answered) ->
    receive
        {ping, From} ->
            From ! {pong, Answered},
            sociable(Main, All, Pings, Answered);
        {pong, _} when Answered + 1 =:= Pings ->
            Main ! {seen, Pings},
            sociable(Main, All, Pings, Pings);
        {pong, _} ->
            call(All),
            sociable(Main, All, Pings, Answered + 1)
    end.

big(Size, Count) ->
    Main = self(),
    Pings = max(Count div (2 * Size), 1),
    All = [spawn(fun() -> sociable(Main) end) || _ <- lists:seq(1, Size)],
    [P ! {others, list_to_tuple(lists:delete(P, All))} || P <- All],
    Seconds = timed(fun() -> [P ! {go, Pings} || P <- All] end, Size, Pings * Size),
    [exit(P, kill) || P <- All],
    {2 * Pings * Size, Seconds}.

%% chameneos

mall(0) -> receive {arrive, Who, _} -> Who ! closed, mall(0) end;
mall(Left) ->
    receive {arrive, First, _} ->
        receive {arrive, Second, Colour} -> First ! {meet, Second, Colour} end
    end,
    mall(Left - 1).

complement(C, C) -> C;
complement(A, B) -> 3 - A - B.

chameneo(Main, Mall, Colour, Meetings) ->
    Mall ! {arrive, self(), Colour},
    receive
        {meet, Other, Theirs} ->
            New = complement(Colour, Theirs),
            Other ! {become, New},
            chameneo(Main, Mall, New, Meetings + 1);
        {become, New} -> chameneo(Main, Mall, New, Meetings + 1);
        closed -> Main ! {seen, Meetings}
    end.

chameneos(Size, Count) ->
    Main = self(),
    Mall = spawn(fun() -> mall(Count) end),
    All = [spawn_link(fun() -> receive go -> chameneo(Main, Mall, I rem 3, 0) end end)
           || I <- lists:seq(1, Size)],
    Seconds = timed(fun() -> [P ! go || P <- All] end, Size, 2 * Count),
    exit(Mall, kill),
    {Count, Seconds}.

%% fork-join-create

joiner(Main, 0, Seen) -> Main ! {seen, Seen};
joiner(Main, Left, Seen) -> receive {joined, _} -> joiner(Main, Left - 1, Seen + 1) end.

fork(_, 0) -> ok;
fork(Joiner, Left) ->
    spawn(fun() -> Joiner ! {joined, Left} end),
    fork(Joiner, Left - 1).

fork_join_create(_, Count) ->
    Main = self(),
    Joiner = spawn_link(fun() -> joiner(Main, Count, 0) end),
    Forker = spawn_link(fun() -> receive go -> fork(Joiner, Count) end end),
    {Count, timed(fun() -> Forker ! go end, 1, Count)}.

%% skynet

node(Parent, First, 1) -> Parent ! {sum, First};
node(Parent, First, Leaves) ->
    Share = Leaves div 10,
    Self = self(),
    [spawn(fun() -> node(Self, First + I * Share, Share) end) || I <- lists:seq(0, 9)],
    Parent ! {sum, add(10, 0)}.

add(0, Sum) -> Sum;
add(Missing, Sum) -> receive {sum, Value} -> add(Missing - 1, Sum + Value) end.

largest_power(Most, Power) when Power * 10 > Most -> Power;
largest_power(Most, Power) -> largest_power(Most, Power * 10).

skynet(_, Count) ->
    Main = self(),
    Leaves = largest_power(Count, 1),
    Root = spawn_link(fun() ->
        receive go -> node(self(), 0, Leaves) end,
        Main ! {seen, add(1, 0)}
    end),
    Seconds = timed(fun() -> Root ! go end, 1, Leaves * (Leaves - 1) div 2),
    {(10 * Leaves - 1) div 9, Seconds}.

%% idle, backlog: by the resident memory of the whole program

resident_bytes() ->
    {ok, File} = file:open("/proc/self/statm", [read]),
    {ok, Line} = file:read_line(File),
    ok = file:close(File),
    %% Shared are pages of files: the program's own code, as it is used.
    [_, Resident, Shared | _] = string:split(Line, " ", all),
    (list_to_integer(Resident) - list_to_integer(Shared)) * 4096.

sleeper(Main, Seen) ->
    receive
        {wake, Number} ->
            Main ! {awake, Number},
            sleeper(Main, Seen + 1)
    end.

idle(Size) ->
    Main = self(),
    Before = resident_bytes(),
    All = [spawn(fun() -> sleeper(Main, 0) end) || _ <- lists:seq(1, Size)],
    Bytes = resident_bytes() - Before,
    [P ! {wake, 1} || P <- All],
    [receive {awake, 1} -> ok end || _ <- All],
    Bytes / Size.

backlog(Count) ->
    Main = self(),
    Addressee = spawn_link(fun() ->
        receive go -> recipient(Main, Count, 0) end
    end),
    Before = resident_bytes(),
    send_rounds([Addressee], Count),
    Bytes = resident_bytes() - Before,
    Addressee ! go,
    Count = collect(1, 0),
    Bytes / Count.
