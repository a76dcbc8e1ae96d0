// demo/wait.mjs - waiting for something to become true.

// How many times longer a machine may take, as in tests/support/wait.mjs.
const patience = Number(process.env.NB_PATIENCE ?? 1);

// Polls until `work` answers something true, which it returns; throws with `what` after `seconds`.
export async function until(what, work, seconds = 30) {
    const end = Date.now() + seconds * patience * 1000;
    for (;;) {
        const answer = await work();
        if (answer) return answer;
        if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
    }
}
