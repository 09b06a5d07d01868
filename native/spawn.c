/* Starting a program with posix_spawn: no copy of our page tables, no other descriptors than those asked for. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pod.h"

struct plan {
    char *file;
    struct texts argv;
    struct texts environment;
    char *folder;
    bool new_session;
    /* Pairs: the child's number, ours. */
    int *map;
    size_t map_count;
};

/* Copies of our descriptors above every number of the child's, so that no dup2 overwrites a later one's source. */
struct copies {
    int *items;
    size_t count;
    int highest;
};

static int copy_descriptors(const struct plan *plan, struct copies *copies)
{
    copies->highest = 2;
    for (size_t i = 0; i < plan->map_count; i += 2) {
        if (plan->map[i] < 0)
            return EBADF;
        if (plan->map[i] > copies->highest)
            copies->highest = plan->map[i];
    }
    copies->items = calloc(plan->map_count / 2 + 1, sizeof(int));
    if (copies->items == NULL)
        return ENOMEM;
    for (size_t i = 0; i < plan->map_count; i += 2) {
        int copy = fcntl(plan->map[i + 1], F_DUPFD_CLOEXEC, copies->highest + 1);

        if (copy < 0)
            return errno;
        copies->items[copies->count++] = copy;
    }
    return 0;
}

static void close_copies(struct copies *copies)
{
    for (size_t i = 0; i < copies->count; i++)
        close(copies->items[i]);
    free(copies->items);
}

static bool is_mapped(const struct plan *plan, int number)
{
    for (size_t i = 0; i < plan->map_count; i += 2)
        if (plan->map[i] == number)
            return true;
    return false;
}

static int plan_descriptors(const struct plan *plan, const struct copies *copies, posix_spawn_file_actions_t *actions)
{
    int error = 0;

    for (size_t i = 0; error == 0 && i < copies->count; i++)
        error = posix_spawn_file_actions_adddup2(actions, copies->items[i], plan->map[2 * i]);
    for (int number = 0; error == 0 && number <= copies->highest; number++) {
        if (is_mapped(plan, number))
            continue;
        if (number <= 2)
            error = posix_spawn_file_actions_addopen(actions, number, "/dev/null", O_RDWR, 0);
        else
            error = posix_spawn_file_actions_addclose(actions, number);
    }
    if (error == 0)
        error = posix_spawn_file_actions_addclosefrom_np(actions, copies->highest + 1);
    if (error == 0 && plan->folder != NULL)
        error = posix_spawn_file_actions_addchdir_np(actions, plan->folder);
    return error;
}

/* Node ignores SIGPIPE and blocks signals in its threads; a program must not inherit either. */
static int plan_attributes(const struct plan *plan, posix_spawnattr_t *attributes)
{
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    sigset_t none, all;
    int error;

    sigemptyset(&none);
    sigfillset(&all);
    if (plan->new_session)
        flags |= POSIX_SPAWN_SETSID;
    error = posix_spawnattr_setsigmask(attributes, &none);
    if (error == 0)
        error = posix_spawnattr_setsigdefault(attributes, &all);
    if (error == 0)
        error = posix_spawnattr_setflags(attributes, flags);
    return error;
}

static int start(const struct plan *plan, pid_t *pid)
{
    struct copies copies = {0};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);

    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    error = copy_descriptors(plan, &copies);
    if (error == 0)
        error = plan_descriptors(plan, &copies, &actions);
    if (error == 0)
        error = plan_attributes(plan, &attributes);
    if (error == 0)
        error = posix_spawn(pid, plan->file, &actions, &attributes, plan->argv.items, plan->environment.items);
    close_copies(&copies);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

/*
 * A parent may have left us with SIGCHLD ignored; then the kernel reaps children itself and their exit status is
 * lost.
 */
static int keep_children(void)
{
    struct sigaction action;

    if (sigaction(SIGCHLD, NULL, &action) != 0)
        return errno;
    if ((action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != SIG_IGN)
        return 0;
    action.sa_handler = SIG_DFL;
    return sigaction(SIGCHLD, &action, NULL) == 0 ? 0 : errno;
}

/* A child that cannot be watched is not left running. */
static int watch_child(pid_t pid, int *descriptor)
{
    int error;

    *descriptor = (int)syscall(SYS_pidfd_open, pid, 0);
    if (*descriptor >= 0)
        return 0;
    error = errno;
    (void)kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return error;
}

/*
 * (file, argv, environment, folder?, descriptors [child, ours, ...], whether it leads a session of its own) ->
 * [pid, descriptor of the process].
 * 0, 1 and 2 are /dev/null where they are not given; every other descriptor is closed.
 */
napi_value spawn_spawn(napi_env env, napi_callback_info info)
{
    struct call call = call_begin(env, info);
    struct plan plan = {
        .file = call_text(&call, 0),
        .argv = call_texts(&call, 1),
        .environment = call_texts(&call, 2),
        .folder = call_optional_text(&call, 3),
        .new_session = call_bool(&call, 5),
    };
    const char *syscall_name = "posix_spawn";
    pid_t pid = 0;
    int child[2] = {0};
    int error = 0;

    plan.map = call_ints(&call, 4, &plan.map_count);
    if (call.ok && (plan.map_count % 2 != 0 || plan.argv.count == 0)) {
        call.ok = false;
        (void)napi_throw_type_error(env, NULL, "the native binding cannot spawn without argv or with half a descriptor");
    }
    if (call.ok) {
        error = keep_children();
        if (error == 0)
            error = start(&plan, &pid);
        if (error == 0) {
            child[0] = pid;
            syscall_name = "pidfd_open";
            error = watch_child(pid, &child[1]);
        }
    }
    texts_free(&plan.argv);
    texts_free(&plan.environment);
    free(plan.map);
    if (!call.ok)
        return call_end(&call, NULL);
    if (error != 0)
        return failure_throw(&call, error, syscall_name, plan.file);
    return result_ints(&call, child, 2);
}
