// sign-in.js - a page that asks who one is before it puts the element in its place. Name and
// password go to the broker, whenever the element dials it; nothing else keeps them.
import './nats-blotter.js';

document.querySelector('form').addEventListener('submit', (event) => {
    event.preventDefault(); // nothing is sent anywhere by the form itself
    const form = event.target;
    const {user, password, account} = Object.fromEntries(new FormData(form));
    const blotter = document.createElement('nats-blotter');
    blotter.setAttribute('account', account);
    blotter.credentials = async () => ({user, pass: password});
    form.replaceWith(blotter);
});
